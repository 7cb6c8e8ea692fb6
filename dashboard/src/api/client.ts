/** The only file that calls fetch. Addresses are relative, so that <base href> decides the prefix. */

import type {
  CommandRow,
  Comparison,
  Interactions,
  PluginControl,
  PluginDetail,
  PluginRow,
  QueryFunction,
  QueryResult,
  Rest,
  Shards,
  Status,
  Ticks,
  Verdict,
} from './types';

/** A failed request in words a person can act on. `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

const TIMEOUT_MS = 10_000;

async function getJson<T>(path: string, signal?: AbortSignal, method = 'GET'): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const stop = new AbortController();
  const abort = () => stop.abort();
  timeout.addEventListener('abort', abort);
  signal?.addEventListener('abort', abort);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json' },
      signal: stop.signal,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(
      timeout.aborted ? 'The server did not answer within 10 seconds.' : 'The server cannot be reached.',
      0,
    );
  }
  try {
    const body = await response.json();
    if (response.ok) return body as T;
    throw new ApiError(
      typeof body?.error === 'string' ? body.error : `The server answered ${response.status}.`,
      response.status,
    );
  } catch (cause) {
    if (cause instanceof ApiError || signal?.aborted) throw cause;
    const what = response.ok
      ? 'The server sent something that is not JSON.'
      : `The server answered ${response.status}.`;
    throw new ApiError(what, response.status);
  }
}

export type QueryOptions = { name: string; from: number; to: number; step: number; fn: QueryFunction };

export const api = {
  ticks: (since: number | null, signal?: AbortSignal) =>
    getJson<Ticks>(since === null ? 'api/v1/ticks' : `api/v1/ticks?since=${since}`, signal),
  commands: () => getJson<{ commands: CommandRow[] }>('api/v1/commands').then((r) => r.commands),
  plugins: () => getJson<{ plugins: PluginRow[] }>('api/v1/plugins').then((r) => r.plugins),
  plugin: (id: string) => getJson<PluginDetail>(`api/v1/plugins/${encodeURIComponent(id)}`),
  control: (id: string, what: PluginControl) =>
    getJson<{ state: string; message: string }>(`api/v1/plugins/${encodeURIComponent(id)}/${what}`, undefined, 'POST'),
  compare: (id: string, minutes: number) =>
    getJson<Comparison>(`api/v1/plugins/${encodeURIComponent(id)}/compare?minutes=${minutes}`),
  shards: () => getJson<Shards>('api/v1/shards'),
  rest: () => getJson<Rest>('api/v1/rest'),
  interactions: () => getJson<Interactions>('api/v1/interactions'),
  verdict: () => getJson<Verdict>('api/v1/verdict'),
  status: () => getJson<Status>('api/v1/status'),
  query: (q: QueryOptions, signal?: AbortSignal) =>
    getJson<QueryResult>(
      `api/v1/query?${new URLSearchParams({ ...q, from: String(q.from), to: String(q.to), step: String(q.step) })}`,
      signal,
    ),
};

/** `alone`: this tab shares its stream with no other one, so that the server must leave the browser some connections. */
export function liveAddress(since: number | null, alone: boolean) {
  const query = [...(since === null ? [] : [`since=${since}`]), ...(alone ? ['alone=1'] : [])].join('&');
  return query ? `api/v1/live?${query}` : 'api/v1/live';
}

/** Tells the server that a page was looked at. Nothing depends on it, so nothing waits for it. */
export function reportView(path: string) {
  navigator.sendBeacon?.('api/v1/view', JSON.stringify({ path }));
}

export const errorText = (e: unknown) => (e instanceof Error ? e.message : String(e));
