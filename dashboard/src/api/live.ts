import { api, liveAddress } from './client';
import type { Hello, Tick, Ticks } from './types';

/**
 * One live stream per browser, not per tab: over HTTP/1.1 a browser has six connections per origin, and a seventh tab with a
 * stream of its own would never get its document. Where Web Locks exist (https, localhost) one tab is elected, holds the
 * stream and passes everything on over a BroadcastChannel. Elsewhere each tab asks for a stream and the server refuses (204)
 * past its cap. A refused or failing stream is replaced by polling every 30 seconds, and tried again each time. A tab that
 * has been hidden for 30 seconds drops out and refills when it is looked at again.
 */

export type Link = 'connecting' | 'live' | 'polling' | 'reconnecting';

export type LiveSink = {
  /** Time of the newest row held, or null: what comes after it is asked for. */
  newest(): number | null;
  hello(hello: Hello): void;
  /** In order of time. Rows that are already held may come again. */
  ticks(ticks: Tick[]): void;
  link(link: Link): void;
  /** Tables may have missed changes: load them again. */
  tables(): void;
};

const POLL_MS = 30_000;
const HIDDEN_MS = 30_000;
const QUIET_MS = 20_000;
const RETRY_MS = [1000, 2000, 3000, 5000];
// The name carries a number: tabs of another build must not read our messages.
const NAME = 'discern-live-1';

type Message = { hello?: Hello; ticks?: Tick[]; link?: Link; tables?: boolean; ask?: boolean };

const rowsOf = (batch: Ticks): Tick[] => batch.t.map((t, i) => ({ t, v: batch.v.map((column) => column[i] ?? null) }));

export class LiveFeed {
  private channel: BroadcastChannel | null = null;
  private stream: EventSource | null = null;
  private session: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private leading = false;
  private filling: Promise<boolean> | null = null;
  private failures = 0;
  private current: Link = 'connecting';
  private readonly listeners = new AbortController();

  constructor(private readonly sink: LiveSink) {}

  start() {
    const on = (target: EventTarget, type: string, f: () => void) =>
      target.addEventListener(type, f, { signal: this.listeners.signal });
    on(document, 'visibilitychange', () => this.visibilityChanged());
    on(window, 'pagehide', () => this.leave());
    on(window, 'pageshow', () => this.join());
    on(window, 'online', () => this.leading && this.failures > 0 && this.open());
    this.join();
  }

  stop() {
    this.listeners.abort();
    clearTimeout(this.hiddenTimer);
    this.leave();
  }

  private visibilityChanged() {
    clearTimeout(this.hiddenTimer);
    if (document.hidden) this.hiddenTimer = setTimeout(() => this.leave(), HIDDEN_MS);
    else this.join();
  }

  private join() {
    if (this.session) return;
    const session = (this.session = new AbortController());
    this.failures = 0;
    this.setLink('connecting');
    const { locks } = navigator;
    const shared = Boolean(locks) && typeof BroadcastChannel !== 'undefined';
    void this.refill(session.signal).then((filled) => {
      if (session.signal.aborted) return;
      if (!filled) this.setLink('reconnecting');
      if (!shared) return this.lead();
      this.listen();
      const released = new Promise<void>((resolve) => session.signal.addEventListener('abort', () => resolve()));
      locks
        .request(NAME, { signal: session.signal }, () => {
          this.lead();
          return released;
        })
        .catch(() => {});
    });
  }

  private leave() {
    this.session?.abort();
    this.session = null;
    this.leading = false;
    this.closeStream();
    this.channel?.close();
    this.channel = null;
  }

  // ---- the elected tab (or every tab, where there is no election) ----

  private lead() {
    this.leading = true;
    this.open();
  }

  private open() {
    this.closeStream();
    const stream = (this.stream = new EventSource(liveAddress(this.sink.newest(), this.channel === null)));
    const data = (e: Event) => JSON.parse((e as MessageEvent<string>).data);
    stream.addEventListener('hello', (e) => {
      this.failures = 0;
      this.hello(data(e) as Hello);
      this.tables();
      this.setLink('live');
      this.watch(QUIET_MS, () => this.lost());
    });
    stream.addEventListener('tick', (e) => {
      this.ticks([data(e) as Tick]);
      this.watch(QUIET_MS, () => this.lost());
    });
    stream.onerror = () => {
      // CLOSED means an answer that is no stream (204 past the cap, a proxy's error page): asking again at once is no use.
      if (stream.readyState === EventSource.CLOSED) void this.poll();
      else this.lost();
    };
  }

  private lost() {
    this.closeStream();
    this.setLink('reconnecting');
    this.watch(RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]!, () => this.open());
  }

  private async poll() {
    this.closeStream();
    const signal = this.session?.signal;
    if (!signal) return;
    const ok = await this.refill(signal);
    if (signal.aborted) return;
    if (!ok) return this.lost();
    this.failures = 0;
    this.setLink('polling');
    this.tables();
    this.watch(POLL_MS, () => this.open());
  }

  private closeStream() {
    clearTimeout(this.timer);
    this.stream?.close();
    this.stream = null;
  }

  // ---- the other tabs ----

  private listen() {
    this.channel = new BroadcastChannel(NAME);
    this.channel.onmessage = (e: MessageEvent<Message>) => void this.heard(e.data);
    this.channel.postMessage({ ask: true } satisfies Message);
    this.watch(QUIET_MS, () => void this.pollAsFollower());
  }

  private async heard(m: Message) {
    if (this.leading) {
      if (m.ask) this.post({ link: this.current });
      return;
    }
    if (m.ask) return;
    if (m.link) this.setLink(m.link);
    if (m.hello) this.sink.hello(m.hello);
    if (m.tables) this.sink.tables();
    const quiet = this.current === 'polling' ? POLL_MS + QUIET_MS : QUIET_MS;
    this.watch(quiet, () => void this.pollAsFollower());
    if (!m.ticks?.length) return;
    const newest = this.sink.newest();
    // We slept through some: fill the hole first, because rows are taken in order only.
    if (newest !== null && m.ticks[0]!.t - newest > 2.5 && this.session) await this.refill(this.session.signal);
    this.sink.ticks(m.ticks);
  }

  /** The elected tab is silent (frozen, or stopped in a debugger): help ourselves until it speaks again. */
  private async pollAsFollower() {
    const signal = this.session?.signal;
    if (!signal) return;
    const ok = await this.refill(signal);
    if (signal.aborted || this.leading) return;
    this.setLink(ok ? 'polling' : 'reconnecting');
    if (ok) this.sink.tables();
    this.watch(ok ? POLL_MS : RETRY_MS.at(-1)!, () => void this.pollAsFollower());
  }

  // ---- both ----

  private refill(signal: AbortSignal): Promise<boolean> {
    this.filling ??= this.fetchTicks(signal).finally(() => (this.filling = null));
    return this.filling;
  }

  private async fetchTicks(signal: AbortSignal): Promise<boolean> {
    try {
      const batch = await api.ticks(this.sink.newest(), signal);
      if (signal.aborted) return false;
      this.hello(batch);
      this.ticks(rowsOf(batch));
      return true;
    } catch {
      return false;
    }
  }

  /** One timer serves the retry, the poll and the silence watch: there is never more than one of them at a time. */
  private watch(ms: number, then: () => void) {
    clearTimeout(this.timer);
    this.timer = setTimeout(then, ms);
  }

  private post(m: Message) {
    if (this.leading) this.channel?.postMessage(m);
  }

  private hello({ version, boot_id, now, series }: Hello) {
    const hello = { version, boot_id, now, series };
    this.sink.hello(hello);
    this.post({ hello });
  }

  private ticks(ticks: Tick[]) {
    this.sink.ticks(ticks);
    this.post({ ticks, link: this.current });
  }

  private tables() {
    this.sink.tables();
    this.post({ tables: true });
  }

  private setLink(link: Link) {
    this.current = link;
    this.sink.link(link);
    this.post({ link });
  }
}
