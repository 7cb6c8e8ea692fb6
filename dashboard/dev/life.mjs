// Believable numbers for the fixture server: a bot of a few hundred guilds with a daily rhythm, bursts and a slow command.

const KEYS = [
  ['uptime', 'seconds'],
  ['restart_count', 'count'],
  ['memory', 'bytes'],
  ['cpu', 'percent'],
  ['loop_delay', 'milliseconds'],
  ['guilds', 'count'],
  ['users', 'count'],
  ['api_latency', 'milliseconds'],
  ['events_rate', 'per second'],
  ['commands_total', 'count'],
  ['commands_rate', 'per second'],
  ['plugins_active', 'count'],
  ['errors_rate', 'per second'],
  ['shards_ready', 'count'],
  ['shards_total', 'count'],
  ['web_rate', 'per second'],
  ['live_viewers', 'count'],
  ['active_today', 'count'],
  ['active_month', 'count'],
];
export const SERIES = KEYS.map(([key, unit]) => ({ key, unit }));

const COMMANDS = [
  ['ping', 'ping', 5210, 3, 2.1],
  ['trivia start', 'trivia', 3104, 41, 88],
  ['trivia answer', 'trivia', 2890, 12, 14],
  ['activity top', 'activity', 1422, 8, 46],
  ['trivia scores', 'trivia', 988, 4, 31],
  ['activity graph', 'activity', 641, 52, 640],
  ['music play', 'music', 402, 33, 410],
  ['roll', 'ping', 366, 0, 1.2],
  ['music skip', 'music', 120, 1, 9.5],
  ['remind me', 'reminders', 74, 2, 5.2],
  ['poll create', 'polls', 19, 0, 22],
  ['about', 'ping', 3, 0, 0.42],
];
const PLUGINS = [
  ['ping', 'Ping', '1.2.0'],
  ['trivia', 'Trivia', '2.0.1'],
  ['activity', 'Activity', '1.0.4'],
  ['music', 'Music', '0.9.0'],
  ['reminders', 'Reminders', '1.1.0'],
];

const noise = (amount) => (Math.random() - 0.5) * 2 * amount;
const poisson = (mean) => {
  let n = 0;
  for (let p = Math.random(), limit = Math.exp(-mean); p > limit; p *= Math.random()) n++;
  return n;
};

/** `scenario`: calm, trouble (a stuck and a failed plugin, a shard down), empty (no plugins, commands or shards). */
export class Life {
  constructor(scenario, now) {
    this.scenario = scenario;
    this.boot_id = Math.random().toString(16).slice(2, 14);
    this.started = now - (scenario === 'trouble' ? 410 : 273_840);
    this.memory = 86e6;
    this.total = 15_239;
    this.guilds = 214;
    this.users = 48_212;
    this.stuckSince = now - 4;
    this.commands = COMMANDS.map(([name, plugin, uses, errors, p50]) => ({
      name,
      plugin,
      uses,
      errors,
      p50_ms: p50,
      p95_ms: p50 * 2.9,
      p99_ms: p50 * 5.1,
      last_used: name === 'about' ? null : now - 2 - Math.random() * 4000,
    }));
    this.plugins = PLUGINS.map(([id, name, version], i) => ({
      id,
      name,
      version,
      state: 'enabled',
      load_ms: 1.4 + i * 3.1,
      cpu_seconds: 4.2 * (6 - i),
      commands: this.commands.filter((c) => c.plugin === id).reduce((a, c) => a + c.uses, 0),
      events: id === 'activity' ? 804_212 : 1200 * i,
      errors: this.commands.filter((c) => c.plugin === id).reduce((a, c) => a + c.errors, 0),
      queue_depth: 0,
      dropped: 0,
      loop_delay_ms: 0.08 + i * 0.04,
      stuck: null,
      message: '',
    }));
    if (scenario === 'trouble') this.trouble();
    if (scenario === 'empty') {
      this.commands = [];
      this.plugins = [];
      this.total = 0;
    }
  }

  trouble() {
    Object.assign(this.plugins[3], {
      state: 'stuck',
      stuck: { handler: 'command music play', seconds: 4.2 },
      queue_depth: 7,
      dropped: 2,
    });
    Object.assign(this.plugins[4], {
      state: 'failed',
      load_ms: null,
      cpu_seconds: null,
      loop_delay_ms: null,
      message: 'reminders.so was built for plugin API 2, this host speaks 1: build it again.',
    });
    this.commands.push({
      name: 'slowpoke',
      plugin: 'music',
      uses: 230,
      errors: 19,
      p50_ms: 820,
      p95_ms: 2400,
      p99_ms: 2990,
      last_used: Date.now() / 1000 - 40,
    });
  }

  /** One second of life: the values of a tick, and the rows that changed. */
  step(t) {
    const before = t < this.started;
    const day = 1 + 0.35 * Math.sin(t / 540) + 0.2 * Math.sin(t / 97);
    const events = this.scenario === 'empty' ? 0 : poisson(11 * day);
    const used = this.scenario === 'empty' ? 0 : poisson(0.24 * day);
    const changed = new Map();
    for (let i = 0; i < used; i++) {
      const c = this.commands[Math.floor(Math.random() ** 2.2 * this.commands.length)];
      Object.assign(c, { uses: c.uses + 1, last_used: t });
      if (Math.random() < 0.015) c.errors++;
      const p = this.plugins.find((x) => x.id === c.plugin);
      if (p) Object.assign(p, { commands: p.commands + 1, cpu_seconds: (p.cpu_seconds ?? 0) + 0.004 });
      changed.set(c.name, c);
    }
    this.total += used;
    this.memory = Math.min(98e6, Math.max(82e6, this.memory + noise(90_000) + (Math.random() < 0.004 ? -2.4e6 : 9000)));
    if (Math.random() < 0.004) this.guilds += Math.random() < 0.6 ? 1 : -1;
    this.users += Math.round(noise(1.2));
    const stuck = this.plugins.find((p) => p.stuck);
    if (stuck) stuck.stuck = { ...stuck.stuck, seconds: t - this.stuckSince };
    const activity = this.plugins.find((p) => p.id === 'activity');
    if (activity) activity.events += events;
    const lag = 0.06 + Math.random() * 0.08 + (Math.random() < 0.02 ? Math.random() * 2.2 : 0);
    const down = this.scenario === 'trouble' ? 1 : 0;
    const v = [
      t - this.started,
      2,
      this.memory,
      2.6 * day + Math.abs(noise(1.1)),
      lag,
      this.guilds,
      this.users,
      68 + 14 * Math.sin(t / 211) + noise(1.5),
      events,
      this.total,
      used,
      this.plugins.filter((p) => p.state === 'enabled').length,
      Math.random() < 0.004 * (1 + down * 8) ? 1 : 0,
      this.scenario === 'empty' ? 0 : 2 - down,
      this.scenario === 'empty' ? 0 : 2,
      1 + poisson(0.3),
      1,
      312,
      2140,
    ].map((x) => (typeof x === 'number' ? Math.round(x * 1000) / 1000 : x));
    return {
      t,
      v: before ? v.map(() => null) : v,
      commands: [...changed.values()],
      plugins: this.plugins.filter((p) => p === activity || p.stuck),
    };
  }

  shards() {
    if (this.scenario === 'empty') return { shards: [], identify_budget: null, message: '' };
    const row = (id, more) => ({
      id,
      state: 'ready',
      guilds: Math.round(this.guilds / 2) - id,
      heartbeat_rtt_ms: 41 + id * 3 + noise(2),
      last_ack_age_s: (Date.now() / 1000 + id * 17) % 41,
      last_dispatch_age_s: Math.random(),
      resumes: 3,
      identifies: 1,
      last_close: '1001 going away (resumed)',
      waits_for: null,
      waits_s: null,
      ...more,
    });
    const down = {
      state: 'connecting',
      heartbeat_rtt_ms: null,
      last_ack_age_s: 84,
      last_dispatch_age_s: 80,
      last_close: '4000 unknown error',
      waits_for: 'READY',
      waits_s: 12,
    };
    return {
      shards: [row(0), row(1, this.scenario === 'trouble' ? down : { last_close: null })],
      identify_budget: { total: 1000, remaining: 987, reset_in_s: 51_120 },
      users: 23_342,
      users_age_s: 213,
      users_exact: false,
      message: '',
    };
  }

  rest() {
    const limit = (remaining, more) => ({
      bucket: 'a1b2c3',
      buckets: 4,
      limit: 5,
      remaining,
      reset_in_s: 1.8,
      waiting: 0,
      blocked: false,
      ...more,
    });
    const route = (name, requests, p50, limits, more) => ({
      route: name,
      requests,
      failed: 0,
      limited: 0,
      p50_ms: p50,
      p95_ms: p50 * 2.4,
      p99_ms: p50 * 4,
      limit: limits,
      ...more,
    });
    if (this.scenario === 'empty') {
      return {
        routes: [],
        limited: [],
        errors: [],
        waiting: 0,
        global: { used: 0, limit: 50, blocked_s: 0 },
        invalid: { count: 0, stop_at: 8000, ban_at: 10_000 },
        token_refused: false,
      };
    }
    const bad = this.scenario === 'trouble';
    return {
      routes: [
        route('POST /interactions/{}/{}/callback', 14_211, 61, null),
        route('PATCH /webhooks/{}/{}/messages/@original', 2230, 84, limit(4)),
        route(
          'POST /channels/{}/messages',
          1904,
          92,
          limit(bad ? 0 : 2, bad ? { waiting: 12, blocked: true } : {}),
          bad ? { failed: 31, limited: 29 } : { failed: 1 },
        ),
        route('PUT /channels/{}/messages/{}/reactions/{}/@me', 310, 88, limit(0, { limit: 1, reset_in_s: 0.24 })),
        route('PUT /applications/{}/commands', 2, 140, limit(4)),
      ],
      limited: bad
        ? [
            { scope: 'user', plugin: 'music', count: 24 },
            { scope: 'user', plugin: 'trivia', count: 3 },
            { scope: 'shared', plugin: 'activity', count: 2 },
          ]
        : [],
      errors: bad ? [{ route: 'POST /channels/{}/messages', code: '50013', count: 2 }] : [],
      waiting: bad ? 12 : 0,
      global: { used: 3, limit: 50, blocked_s: 0 },
      invalid: { count: bad ? 4120 : 3, stop_at: 8000, ban_at: 10_000 },
      token_refused: false,
    };
  }

  interactions() {
    if (this.scenario === 'empty') return { types: [], errors: [] };
    const type = (name, n, late) => ({
      type: name,
      received: n,
      acknowledged: n - late,
      acknowledged_by_host: late * 3,
      ack_p50_ms: 71,
      ack_p95_ms: 240,
      ack_p99_ms: 2210,
      outcomes: { done: n - late * 2, failed: late, late },
    });
    return {
      types: [type('command', this.total, 14), type('component', 802, 0), type('autocomplete', 411, 1)],
      errors: [],
    };
  }

  plugin(id) {
    const row = this.plugins.find((p) => p.id === id) ?? this.plugins[0];
    const stack = [
      'music.so Player::wait_for_track()+0x4f',
      'music.so Play::operator()(Interaction&)+0x1c',
      'discern plugin::Loop::run()+0x88',
    ];
    return {
      plugin: {
        ...row,
        stuck: row.stuck && { ...row.stuck, stack },
        generations: 2,
        pinned: 0,
        changed: this.started + 900,
        requires: [],
      },
      incidents: row.errors
        ? [
            {
              time: Date.now() / 1000 - 190,
              kind: 'command',
              handler: 'command music play',
              type: 'std::runtime_error',
              text: 'no such track',
              count: 3,
              stack,
            },
          ]
        : [],
    };
  }

  control(id, verb) {
    const row = this.plugins.find((p) => p.id === id);
    if (row) row.state = verb === 'disable' ? 'disabled' : 'enabled';
    return { id, state: row?.state ?? 'unknown', message: '' };
  }

  compare(id) {
    const at = this.started + 900;
    const window = (from, more) => ({
      from,
      to: from + 1800,
      errors_per_minute: 0.1,
      commands_per_minute: 3.2,
      failed_commands_per_minute: 0.1,
      events_per_second: 8.1,
      dropped_per_minute: 0,
      stalls_per_minute: 0,
      rest_per_minute: 3.4,
      cpu_ratio: 0.012,
      allocated_bytes_per_second: 41_000,
      handler_p95_ms: { command: 88 },
      ...more,
    });
    return {
      plugin: id,
      at,
      minutes: 30,
      before: window(at - 1800),
      after: window(at, { errors_per_minute: 0.9, cpu_ratio: 0.006, handler_p95_ms: { command: 91 } }),
    };
  }
}
