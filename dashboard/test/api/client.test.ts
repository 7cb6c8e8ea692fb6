import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, ApiError, liveAddress } from '../../src/api/client';
import { fakeFetch } from '../fakes';

afterEach(() => vi.unstubAllGlobals());
const failure = (p: Promise<unknown>) =>
  p.then(
    () => null,
    (e: ApiError) => e,
  );

describe('api', () => {
  it('uses addresses relative to the base', async () => {
    const f = fakeFetch({ 'api/v1/commands': { commands: [] }, 'api/v1/query': {} });
    expect(await api.commands()).toEqual([]);
    await api.query({ name: 'x', from: 1, to: 2, step: 10, fn: 'rate' });
    expect(f.mock.calls[1]![0]).toBe('api/v1/query?name=x&from=1&to=2&step=10&fn=rate');
    expect([liveAddress(null, false), liveAddress(5, false)]).toEqual(['api/v1/live', 'api/v1/live?since=5']);
    expect([liveAddress(null, true), liveAddress(5, true)]).toEqual(['api/v1/live?alone=1', 'api/v1/live?since=5&alone=1']);
  });
  it("passes the server's sentence on", async () => {
    fakeFetch({ 'api/v1/shards': new Response('{"error":"Sign in with a token first."}', { status: 401 }) });
    expect(await failure(api.shards())).toMatchObject({ message: 'Sign in with a token first.', status: 401 });
  });
  it('says in words that there was no answer, or no JSON', async () => {
    fakeFetch({ 'api/v1/shards': new Response('<html>', { status: 502 }), 'api/v1/status': new Response('<html>') });
    expect((await failure(api.plugins()))!.message).toBe('The server cannot be reached.');
    expect((await failure(api.shards()))!.message).toBe('The server answered 502.');
    expect((await failure(api.status()))!.message).toBe('The server sent something that is not JSON.');
  });
});
