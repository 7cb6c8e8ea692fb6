import { vi } from 'vitest';
import type { Ticks } from '../src/api/types';

/** Stand-ins for what a browser does with the network. */

export class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static all: FakeEventSource[] = [];
  static get last() {
    return FakeEventSource.all.at(-1)!;
  }
  readyState = 0;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    FakeEventSource.all.push(this);
  }
  close() {
    this.readyState = 2;
  }
  say(name: string, data: unknown) {
    this.readyState = 1;
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
  /** The connection dropped: the browser would try again by itself. */
  drop() {
    this.readyState = 0;
    this.onerror?.();
  }
  /** 204 or an error page: the browser gives up. */
  refuse() {
    this.readyState = 2;
    this.onerror?.();
  }
}

/** Channels of one name hear each other, never themselves; at once, so that tests need no waiting. */
export class FakeChannel {
  static all: FakeChannel[] = [];
  onmessage: ((e: { data: unknown }) => void) | null = null;
  constructor(readonly name: string) {
    FakeChannel.all.push(this);
  }
  postMessage(data: unknown) {
    for (const c of [...FakeChannel.all])
      if (c !== this && c.name === this.name) c.onmessage?.({ data: structuredClone(data) });
  }
  close() {
    FakeChannel.all = FakeChannel.all.filter((c) => c !== this);
  }
}

/** Web Locks with one exclusive lock and a queue. */
export class FakeLocks {
  private queue: { run: () => Promise<unknown>; signal?: AbortSignal }[] = [];
  private held = false;
  request(_name: string, { signal }: { signal?: AbortSignal }, run: () => Promise<unknown>) {
    this.queue.push({ run, signal });
    this.next();
    return Promise.resolve();
  }
  private next(): void {
    if (this.held) return;
    const first = this.queue.shift();
    if (!first) return;
    if (first.signal?.aborted) return this.next();
    this.held = true;
    void first.run().then(() => {
      this.held = false;
      this.next();
    });
  }
}

export const hello = (more = {}) => ({
  version: '0.1.0',
  boot_id: 'b1',
  now: 1000,
  series: [{ key: 'x', unit: '' }],
  ...more,
});
export const ticksAnswer = (t: number[], more = {}): Ticks => ({ ...hello(more), t, v: [t.map(() => 1)] });

/** Answers by path; a missing path is a refused connection. */
export function fakeFetch(answers: Record<string, unknown>) {
  const f = vi.fn(async (input: string) => {
    const path = input.split('?')[0]!;
    if (!(path in answers)) throw new TypeError('refused');
    const body = answers[path];
    if (body instanceof Response) return body.clone();
    return new Response(JSON.stringify(typeof body === 'function' ? (body as (url: string) => unknown)(input) : body));
  });
  vi.stubGlobal('fetch', f);
  return f;
}
