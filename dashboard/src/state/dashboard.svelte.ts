import { api, errorText } from '../api/client';
import { LiveFeed, type Link } from '../api/live';
import type { CommandRow, Hello, PluginRow, Status, Tick, Verdict } from '../api/types';
import { commandId } from '../lib/columns';
import { connection } from '../lib/connection';
import { COMMANDS_FAMILY } from '../lib/families';
import { failed, LOADING, mergeRows, ready, valueOf, type Load } from '../lib/load';
import { mergeMarks, startMarks, type Mark } from '../lib/marks';
import { KEEP_SECONDS, Ring } from '../lib/ring';

/** The server's ticks run ahead of its clock by 5 seconds at most. */
const MOST_LAG_SECONDS = 6;

/**
 * Everything the pages show, kept by the live feed. The ring is plain memory; `tick` is the signal that says "look again".
 * Pausing and hiding stop that signal, never the recording.
 */
class Dashboard {
  readonly ring = new Ring();
  tick = $state(0);
  link = $state<Link>('connecting');
  /** Browser seconds, advanced once a second while the page is visible. */
  private clock = $state(Date.now() / 1000);
  private skew = $state(0);
  private newest = $state<number | null>(null);

  commands = $state.raw<Load<CommandRow[]>>(LOADING);
  plugins = $state.raw<Load<PluginRow[]>>(LOADING);
  verdict = $state.raw<Verdict | null>(null);
  status = $state.raw<Status | null>(null);
  private recorded = $state.raw<Mark[]>([]);

  paused = $state(false);
  version = $state<string | null>(null);
  updated = $state(false);
  restartedAt = $state<number | null>(null);

  private bootId: string | null = null;
  private latest: { commands: Load<CommandRow[]>; plugins: Load<PluginRow[]>; verdict: Verdict | null } = {
    commands: LOADING,
    plugins: LOADING,
    verdict: null,
  };
  private loading: Promise<void> | null = null;
  private readonly meanwhile: Tick[] = [];
  private due: ReturnType<typeof setTimeout> | undefined;

  /** The server's clock, so that a browser with a wrong one still shows right ages. */
  readonly now = $derived(this.clock + this.skew);
  readonly age = $derived(this.newest === null ? null : Math.max(0, this.now - this.newest));
  readonly connection = $derived(connection(this.link, this.age, this.paused));
  readonly stale = $derived(this.connection === 'disconnected');
  readonly marks = $derived.by(() => {
    void this.tick;
    return mergeMarks(this.recorded, startMarks(this.ring.t, this.ring.column('uptime')));
  });

  start(): () => void {
    const feed = new LiveFeed({
      newest: () => this.ring.newest(),
      hello: (h) => this.hello(h),
      ticks: (ticks) => this.ticks(ticks),
      link: (link) => (this.link = link),
      tables: () => void this.loadTables(),
    });
    const timer = setInterval(() => !document.hidden && this.advance(), 1000);
    const shown = () => !document.hidden && (this.advance(), this.publish());
    document.addEventListener('visibilitychange', shown);
    feed.start();
    void this.loadTables();
    return () => {
      feed.stop();
      clearInterval(timer);
      clearTimeout(this.due);
      this.due = undefined;
      document.removeEventListener('visibilitychange', shown);
    };
  }

  togglePause() {
    this.paused = !this.paused;
    this.publish();
  }

  /** Loads commands, plugins and status; calls while one is under way share it. */
  loadTables(): Promise<void> {
    this.loading ??= this.fetchTables().finally(() => (this.loading = null));
    return this.loading;
  }

  private async fetchTables() {
    const [commands, plugins, status, verdict] = await Promise.allSettled([
      api.commands(),
      api.plugins(),
      api.status(),
      api.verdict(),
    ]);
    const settle = <T>(r: PromiseSettledResult<T[]>, before: Load<T[]>): Load<T[]> => {
      if (r.status === 'fulfilled') return ready(r.value);
      return before.state === 'ready' ? before : failed(errorText(r.reason));
    };
    this.latest = {
      commands: settle(commands, this.latest.commands),
      plugins: settle(plugins, this.latest.plugins),
      verdict: verdict.status === 'fulfilled' ? verdict.value : this.latest.verdict,
    };
    if (status.status === 'fulfilled') this.status = status.value;
    // A tick that came meanwhile may be newer than the answer, and its rows are not sent again.
    for (const tick of this.meanwhile.splice(0)) this.merge(tick);
    this.publish();
    void this.loadMarks();
  }

  private async loadMarks() {
    const to = Math.ceil(this.now);
    try {
      const q = { name: COMMANDS_FAMILY, from: to - KEEP_SECONDS, to, step: 60, fn: 'rate' } as const;
      this.recorded = (await api.query(q)).annotations;
    } catch {
      // Marks decorate; the starts that the live series shows are there without history.
    }
  }

  private hello(h: Hello) {
    this.skew = h.now - Date.now() / 1000;
    // The server's clock was set back: rows from its future would keep every row that comes now away.
    if ((this.ring.newest() ?? 0) > h.now + MOST_LAG_SECONDS) this.ring.clear();
    this.ring.describe(h.series);
    if (this.version !== null && h.version !== this.version) this.updated = true;
    this.version ??= h.version;
    if (this.bootId !== null && h.boot_id !== this.bootId) {
      this.restartedAt = h.now;
      void this.loadTables();
    }
    this.bootId = h.boot_id;
  }

  private ticks(ticks: Tick[]) {
    for (const tick of ticks) {
      this.ring.push(tick.t, tick.v);
      this.merge(tick);
      if (this.loading && (tick.commands?.length || tick.plugins?.length || tick.verdict)) this.meanwhile.push(tick);
    }
    // A replay brings an hour of ticks at once: show them in one go.
    this.due ??= setTimeout(() => {
      this.due = undefined;
      this.publish();
    }, 30);
  }

  private merge({ commands = [], plugins = [], verdict }: Tick) {
    const { latest } = this;
    if (verdict) latest.verdict = verdict;
    if (latest.commands.state === 'ready' && commands.length) {
      latest.commands = ready(mergeRows(latest.commands.value, commands, commandId));
    }
    if (latest.plugins.state === 'ready' && plugins.length) {
      const before = latest.plugins.value;
      latest.plugins = ready(mergeRows(before, plugins, (r) => r.id));
      // Another state or load time is a reload, and a reload has a mark.
      const moved = (r: PluginRow) =>
        !before.some((b) => b.id === r.id && b.state === r.state && b.load_ms === r.load_ms);
      if (plugins.some(moved)) void this.loadMarks();
    }
  }

  private publish() {
    if (document.hidden) return;
    this.newest = this.ring.newest();
    this.clock = Date.now() / 1000;
    if (this.paused) return;
    this.commands = this.latest.commands;
    this.plugins = this.latest.plugins;
    this.verdict = this.latest.verdict;
    this.tick++;
  }

  private advance() {
    this.clock = Date.now() / 1000;
  }

  get commandRows() {
    return valueOf(this.commands) ?? [];
  }
  get pluginRows() {
    return valueOf(this.plugins) ?? [];
  }
}

export const dashboard = new Dashboard();
