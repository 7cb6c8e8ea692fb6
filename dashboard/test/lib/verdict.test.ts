import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/api/types';
import { stateOf, verdictOf, withSince } from '../../src/lib/verdict';
import { plugin } from '../rows';

const calm: Verdict = {
  level: 'ok',
  sentences: [{ text: 'The bot is up', level: 'ok', href: 'shards', since: null }],
  plugins: 'of 4, all well',
};

describe('verdictOf', () => {
  it('is what the server says while it is heard', () => {
    expect(verdictOf(true, calm)).toBe(calm);
    expect(verdictOf(true, null)).toBeNull();
  });
  it('claims nothing about a server that is not heard', () => {
    const lost = verdictOf(false, calm)!;
    expect(lost.level).toBe('err');
    expect(lost.sentences.map((s) => s.text)).toEqual(['No contact with Discern']);
  });
});

describe('withSince', () => {
  it('says since when, where that is known', () => {
    expect(withSince({ text: 'It fails', since: null }, 'utc')).toBe('It fails');
    expect(withSince({ text: 'It fails', since: 1_700_000_000 }, 'utc')).toBe('It fails, since 22:13');
  });
});

describe('stateOf', () => {
  it('calls no plugin healthy that the verdict does not', () => {
    const health = { level: 'warn' as const, text: '9 of 12 runs failed in 5 min (75%)', since: null };
    expect(stateOf(plugin())).toBe('enabled');
    expect(stateOf(plugin({ health }))).toBe('failing');
    expect(stateOf(plugin({ health, state: 'failed' }))).toBe('failed');
    expect(stateOf(plugin({ health, stuck: { handler: 'command a', seconds: 3 } }))).toBe('stuck');
  });
});
