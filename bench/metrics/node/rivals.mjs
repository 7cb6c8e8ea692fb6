// prom-client, and the object in which the seed of this project counted, for bench/metrics/run.py.
//
// Usage: node rivals.mjs              prints {name: [nanoseconds of CPU time per operation, ...]}
//        node rivals.mjs memory N     prints the growth of peak memory per series, in bytes
import client from 'prom-client';

const ROUNDS = 7;
const results = {};

// CPU time, because the machine may be busy with other things.
async function measure(name, operations, body) {
  await body(Math.max(1, Math.floor(operations / 10)));
  results[name] = [];
  for (let round = 0; round < ROUNDS; ++round) {
    const before = process.cpuUsage();
    await body(operations);
    const used = process.cpuUsage(before);
    results[name].push(((used.user + used.system) * 1000) / operations);
  }
}

const names = Array.from({ length: 100 }, (_, i) => `command_${(i * 7919) % 1000}`);
const valueOf = (i) => ((i * 7919) % 1000) * (i % 7 === 0 ? 9973 : 17) + 10;

function filledCounter(registry, series) {
  const counter = new client.Counter({
    name: 'bench_command_uses_total',
    help: 'Uses of a command.',
    labelNames: ['command'],
    registers: [registry],
  });
  for (let i = 0; i < series; ++i) counter.inc({ command: `command_${i}` }, valueOf(i));
  return counter;
}

async function counting() {
  const registry = new client.Registry();
  const counter = filledCounter(registry, 0);
  const handle = counter.labels('ping');
  await measure('increment/prom_client', 1e6, (n) => {
    for (let i = 0; i < n; ++i) handle.inc();
  });
  await measure('by_name/prom_client', 5e5, (n) => {
    for (let i = 0; i < n; ++i) counter.inc({ command: names[i % 100] });
  });
  const histogram = new client.Histogram({
    name: 'bench_wait_seconds',
    help: 'Wait.',
    registers: [registry],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5],
  });
  await measure('observe/prom_client', 3e5, (n) => {
    for (let i = 0; i < n; ++i) histogram.observe((i % 997) * 1e-4);
  });

  // The seed's recordCommandUsage, as it stands in its text.
  const seed = {
    metrics: { discord: { commandUsage: {} } },
    recordCommandUsage(commandName) {
      if (!this.metrics.discord.commandUsage[commandName]) {
        this.metrics.discord.commandUsage[commandName] = 0;
      }
      this.metrics.discord.commandUsage[commandName]++;
    },
  };
  await measure('by_name/seed', 2e6, (n) => {
    for (let i = 0; i < n; ++i) seed.recordCommandUsage(names[i % 100]);
  });
}

async function rendering() {
  for (const series of [10_000, 100_000]) {
    const registry = new client.Registry();
    filledCounter(registry, series);
    await measure(`text/prom_client/${series}`, series === 10_000 ? 10 : 2, async (n) => {
      for (let i = 0; i < n; ++i) await registry.metrics();
    });
  }
  const registry = new client.Registry();
  const histogram = new client.Histogram({
    name: 'bench_wait_seconds',
    help: 'Wait.',
    labelNames: ['queue'],
    registers: [registry],
    buckets: Array.from({ length: 20 }, (_, i) => 2 ** (i - 13)),
  });
  for (let i = 0; i < 1000; ++i) {
    for (let value = 0.0002; value < 40; value *= 1.5) {
      histogram.observe({ queue: `command_${i}` }, value);
    }
  }
  await measure('text_histograms/prom_client/1000', 5, async (n) => {
    for (let i = 0; i < n; ++i) await registry.metrics();
  });
  const seed = { web: { pageViews: {} } };
  for (let i = 0; i < 10_000; ++i) seed.web.pageViews[`/page/${i}`] = (i * 7919) % 100_000;
  await measure('json/seed/10000', 20, (n) => {
    for (let i = 0; i < n; ++i) JSON.stringify(seed);
  });
}

if (process.argv[2] === 'memory') {
  const series = Number(process.argv[3]);
  const before = process.resourceUsage().maxRSS;
  const registry = new client.Registry();
  filledCounter(registry, series);
  await registry.metrics();
  console.log(((process.resourceUsage().maxRSS - before) * 1024) / series);
} else {
  await counting();
  await rendering();
  console.log(JSON.stringify(results));
}
