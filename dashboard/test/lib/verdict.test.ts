import { describe, expect, it } from 'vitest';
import { isSlow, verdict, type VerdictInput } from '../../src/lib/verdict';
import { command, plugin } from '../rows';

const calm: VerdictInput = {
  connected: true,
  shardsReady: 4,
  shardsTotal: 4,
  commandsPerMinute: 12.2,
  recentErrors: 0,
  plugins: [plugin()],
  commands: [command()],
};
const text = (input: Partial<VerdictInput>) =>
  verdict({ ...calm, ...input })
    .sentences.map((s) => s.text)
    .join(' ');
const level = (input: Partial<VerdictInput>) => verdict({ ...calm, ...input }).level;

describe('verdict', () => {
  it('says that all is well', () => {
    expect(text({})).toBe('All 4 shards up. 12 commands a minute. No plugin errors.');
    expect(level({})).toBe('ok');
  });
  it('does not talk of shards to the owner of one', () => {
    expect(text({ shardsReady: 1, shardsTotal: 1 })).toContain('The bot is up.');
    expect(text({ shardsReady: 0, shardsTotal: 1 })).toContain('The bot is not connected to Discord.');
  });
  it('names the shards that are down, and how bad it is', () => {
    expect(text({ shardsReady: 3 })).toContain('1 shard of 4 is down.');
    expect(level({ shardsReady: 3 })).toBe('warn');
    expect(text({ shardsReady: 0 })).toContain('All 4 shards are down.');
    expect(text({ shardsReady: 2, shardsTotal: 2 })).toContain('Both shards up.');
    expect(level({ shardsReady: 0 })).toBe('err');
  });
  it('names a stuck plugin, its handler and for how long, and says it first', () => {
    const stuck = plugin({ name: 'Music', state: 'stuck', stuck: { handler: 'command play', seconds: 4.2 } });
    const v = verdict({ ...calm, shardsReady: 3, plugins: [stuck] });
    expect(v.sentences[0]!.text).toBe('Music has been stuck in command play for 4 s.');
    expect(v.level).toBe('err');
  });
  it('counts plugins that failed to load', () => {
    const failed = plugin({ name: 'Polls', state: 'failed' });
    expect(text({ plugins: [failed] })).toContain('Polls failed to load.');
    expect(text({ plugins: [failed, failed] })).toContain('2 plugins failed to load.');
  });
  it('takes one plugin error as news and five as trouble', () => {
    expect(text({ recentErrors: 1 })).toContain('1 plugin error in five minutes.');
    expect(level({ recentErrors: 1 })).toBe('ok');
    expect(level({ recentErrors: 5 })).toBe('warn');
  });
  it('counts slow commands and links to them', () => {
    const slow = command({ uses: 50, p95_ms: 2500 });
    expect(verdict({ ...calm, commands: [slow] }).sentences).toContainEqual({
      text: '1 command is slow.',
      level: 'warn',
      href: 'commands?sort=-p95_ms',
    });
  });
  it('claims nothing that it does not know', () => {
    expect(
      text({
        shardsReady: null,
        shardsTotal: null,
        commandsPerMinute: null,
        recentErrors: null,
        plugins: [],
        commands: [],
      }),
    ).toBe('The state of the shards is not known yet.');
    expect(text({ connected: false })).toBe('No contact with Discern.');
  });
  it('says when nothing happens', () => {
    expect(text({ commandsPerMinute: 0 })).toContain('No commands in the last minute.');
    expect(text({ commandsPerMinute: 1 })).toContain('1 command a minute.');
  });
});

describe('isSlow', () => {
  it('does not judge by a handful of uses', () => {
    expect(isSlow(command({ uses: 19, p95_ms: 9000 }))).toBe(false);
    expect(isSlow(command({ uses: 20, p95_ms: 9000 }))).toBe(true);
    expect(isSlow(command({ uses: 20, p95_ms: null }))).toBe(false);
  });
});
