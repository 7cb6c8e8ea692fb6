// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveFeed, type Link, type LiveSink } from '../../src/api/live';
import type { Hello, Tick } from '../../src/api/types';
import { FakeChannel, FakeEventSource, FakeLocks, fakeFetch, hello, ticksAnswer } from '../fakes';

class Sink implements LiveSink {
  t: number[] = [];
  links: Link[] = [];
  hellos: Hello[] = [];
  reloads = 0;
  newest = () => this.t.at(-1) ?? null;
  hello = (h: Hello) => void this.hellos.push(h);
  ticks = (batch: Tick[]) => {
    for (const { t } of batch) if (t > (this.newest() ?? 0)) this.t.push(t);
  };
  link = (l: Link) => void this.links.push(l);
  tables = () => void this.reloads++;
  get state() {
    return this.links.at(-1);
  }
}

let hidden = false;
const feeds: LiveFeed[] = [];
async function tab() {
  const sink = new Sink();
  const feed = new LiveFeed(sink);
  feeds.push(feed);
  feed.start();
  await vi.advanceTimersByTimeAsync(0);
  return { sink, feed };
}
const setHidden = (value: boolean) => {
  hidden = value;
  document.dispatchEvent(new Event('visibilitychange'));
};
const streams = () => FakeEventSource.all;
const open = () => streams().filter((s) => s.readyState !== 2);

beforeEach(() => {
  vi.useFakeTimers();
  FakeEventSource.all = [];
  FakeChannel.all = [];
  hidden = false;
  vi.stubGlobal('EventSource', FakeEventSource);
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
  Object.defineProperty(navigator, 'locks', { value: new FakeLocks(), configurable: true });
  fakeFetch({ 'api/v1/ticks': ticksAnswer([1, 2, 3]) });
});
afterEach(() => {
  for (const feed of feeds.splice(0)) feed.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a single tab', () => {
  it('paints from ticks first and streams from there', async () => {
    const { sink } = await tab();
    expect(sink.t).toEqual([1, 2, 3]);
    expect(FakeEventSource.last.url).toBe('api/v1/live?since=3');
    FakeEventSource.last.say('hello', hello());
    FakeEventSource.last.say('tick', { t: 4, v: [1] });
    expect(sink.t).toEqual([1, 2, 3, 4]);
    expect(sink.state).toBe('live');
  });
  it('asks again from where it was after a dropped connection', async () => {
    const { sink } = await tab();
    FakeEventSource.last.say('hello', hello());
    FakeEventSource.last.say('tick', { t: 9, v: [1] });
    FakeEventSource.last.drop();
    expect(sink.state).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(1000);
    expect(streams()).toHaveLength(2);
    expect(FakeEventSource.last.url).toBe('api/v1/live?since=9');
    FakeEventSource.last.say('hello', hello({ boot_id: 'b2' }));
    expect(sink.state).toBe('live');
    expect(sink.hellos.at(-1)!.boot_id).toBe('b2');
  });
  it('loads the tables again whenever a stream begins', async () => {
    const { sink } = await tab();
    FakeEventSource.last.say('hello', hello());
    expect(sink.reloads).toBe(1);
  });
  it('polls every 30 seconds when refused, and tries the stream each time', async () => {
    const { sink } = await tab();
    fakeFetch({ 'api/v1/ticks': ticksAnswer([3, 4, 5]) });
    FakeEventSource.last.refuse();
    await vi.advanceTimersByTimeAsync(0);
    expect(sink.state).toBe('polling');
    expect(sink.t).toEqual([1, 2, 3, 4, 5]);
    expect(sink.reloads).toBe(1);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(streams()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(streams()).toHaveLength(2);
    FakeEventSource.last.say('hello', hello());
    expect(sink.state).toBe('live');
  });
  it('says that it is reconnecting when neither stream nor poll is answered, and goes on by itself', async () => {
    const { sink } = await tab();
    fakeFetch({});
    FakeEventSource.last.refuse();
    await vi.advanceTimersByTimeAsync(0);
    expect(sink.state).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(1000);
    FakeEventSource.last.say('hello', hello());
    expect(sink.state).toBe('live');
  });
  it('does not trust a stream that is open and silent', async () => {
    await tab();
    FakeEventSource.last.say('hello', hello());
    await vi.advanceTimersByTimeAsync(22_000);
    expect(streams().length).toBeGreaterThan(1);
    expect(open()).toHaveLength(1);
  });
  it('waits longer between attempts, but never longer than five seconds', async () => {
    await tab();
    const before = streams().length;
    FakeEventSource.last.drop();
    for (let i = 0; i < 60; i++) {
      await vi.advanceTimersByTimeAsync(1000);
      if (FakeEventSource.last.readyState !== 2) FakeEventSource.last.drop();
    }
    expect(streams().length - before).toBeGreaterThanOrEqual(11);
    expect(streams().length - before).toBeLessThan(20);
  });
  it('drops out after 30 hidden seconds and refills when it is looked at', async () => {
    const { sink } = await tab();
    FakeEventSource.last.say('hello', hello());
    setHidden(true);
    await vi.advanceTimersByTimeAsync(29_000);
    FakeEventSource.last.say('tick', { t: 4, v: [1] });
    expect(open()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1500);
    expect(open()).toHaveLength(0);
    const fetched = fakeFetch({ 'api/v1/ticks': ticksAnswer([5, 6]) });
    setHidden(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(fetched.mock.calls[0]![0]).toBe('api/v1/ticks?since=4');
    expect(sink.t).toEqual([1, 2, 3, 4, 5, 6]);
    expect(open()).toHaveLength(1);
  });
});

describe('many tabs', () => {
  it('share one stream', async () => {
    const tabs = [];
    for (let i = 0; i < 10; i++) tabs.push(await tab());
    expect(open()).toHaveLength(1);
    FakeEventSource.last.say('hello', hello());
    FakeEventSource.last.say('tick', { t: 4, v: [1] });
    await vi.advanceTimersByTimeAsync(0);
    for (const { sink } of tabs) expect([sink.newest(), sink.state]).toEqual([4, 'live']);
  });
  it('elect another when the first one goes', async () => {
    const first = await tab();
    const second = await tab();
    FakeEventSource.last.say('hello', hello());
    first.feed.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(open()).toHaveLength(1);
    FakeEventSource.last.say('tick', { t: 7, v: [1] });
    expect(second.sink.newest()).toBe(7);
  });
  it('learn at once how things stand', async () => {
    await tab();
    FakeEventSource.last.say('hello', hello());
    expect((await tab()).sink.state).toBe('live');
  });
  it('fill a hole before they take what comes after it', async () => {
    await tab();
    const { sink } = await tab();
    fakeFetch({ 'api/v1/ticks': ticksAnswer([4, 5, 6, 7, 8]) });
    FakeEventSource.last.say('tick', { t: 9, v: [1] });
    await vi.advanceTimersByTimeAsync(0);
    expect(sink.t).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
  it('help themselves when the one with the stream falls silent', async () => {
    await tab();
    const { sink } = await tab();
    FakeEventSource.last.say('hello', hello());
    FakeChannel.all[0]!.postMessage = () => {};
    fakeFetch({ 'api/v1/ticks': ticksAnswer([20, 21]) });
    await vi.advanceTimersByTimeAsync(21_000);
    expect([sink.newest(), sink.state]).toEqual([21, 'polling']);
  });
});

describe('without web locks', () => {
  it('each tab asks for a stream of its own', async () => {
    Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true });
    await tab();
    await tab();
    expect(open()).toHaveLength(2);
  });
});
