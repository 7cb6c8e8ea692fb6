import { describe, expect, it } from 'vitest';
import type { Rest, RestRoute } from '../../src/api/types';
import { scopes, used } from '../../src/lib/rest';

const limit = { bucket: 'b', buckets: 1, limit: 5, remaining: 2, reset_in_s: 1, waiting: 0, blocked: false };
const route = (more: Partial<RestRoute>) => ({ limit, ...more }) as RestRoute;

describe('used', () => {
  it('is the part of the limit that is gone', () => {
    expect(used(route({}))).toBeCloseTo(0.6);
    expect(used(route({ limit: { ...limit, remaining: 9 } }))).toBe(0);
  });
  it('is not known before Discord named a limit', () => {
    expect(used(route({ limit: null }))).toBeNull();
    expect(used(route({ limit: { ...limit, limit: 0 } }))).toBeNull();
  });
});

describe('scopes', () => {
  it('adds refusals up by scope and names the plugin that caused most', () => {
    const limited = [
      { scope: 'user', plugin: 'trivia', count: 3 },
      { scope: 'shared', plugin: 'music', count: 9 },
      { scope: 'user', plugin: 'music', count: 24 },
    ];
    expect(scopes({ limited } as Rest)).toEqual([
      { scope: 'user', count: 27, plugin: 'music' },
      { scope: 'shared', count: 9, plugin: 'music' },
    ]);
  });
});
