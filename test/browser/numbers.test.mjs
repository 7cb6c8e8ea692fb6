// Every number on every page is the API's. The simulated Discord is paused meanwhile, so that nothing grows in between.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, PATIENCE_MS, until, Viewer } from './browser.mjs';
import { Host } from './host.mjs';

const RANGES = ['5m', '15m', '1h', '6h', '24h', '7d'];
const SECONDS = { '5m': 300, '15m': 900, '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800 };
const NIL = '\u2013';
const full = (n) => (n === null ? NIL : new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 }).format(n));
const share = (part, whole) =>
  whole === 0
    ? NIL
    : part > 0 && part / whole < 0.0005
      ? '<0.1%'
      : new Intl.NumberFormat('en-GB', {
          style: 'percent',
          minimumFractionDigits: 1,
          maximumFractionDigits: 1,
        }).format(part / whole);

const start = (data) => Host.start({ ...(data ? { data } : {}), options: ['--rate', '80', '--guilds', '12', '--days', '0'] });

let host;
let browser;
let viewer;
let page;
before(async () => {
  [host, browser] = await Promise.all([start(), launch()]);
  await until('much has happened', async () => (await host.json('/api/metrics')).discord.eventProcessing > 400);
  await until('commands were used', async () => (await host.json('/api/v1/commands')).commands.some((c) => c.uses > 3));
  viewer = await Viewer.open(browser, { viewport: { width: 1400, height: 900 } });
});
after(async () => {
  await browser?.close();
  await host?.stop();
});

const simulator = (what) => fetch(`${host.simulator}/_sim/${what}`, { method: 'POST', body: '{}' });
const api = (path) => host.json(`/api/v1/${path}`);
const counters = async () => {
  const text = await (await fetch(`${host.url}/metrics`)).text();
  const lines = text.matchAll(/^discern_gateway_events_total\{type="(.+?)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, type, n]) => [type, Number(n)]));
};

/** Stops what happens, and waits until nothing is under way any more. */
async function settle() {
  await simulator('pause');
  // An answer that is edited later is an event more.
  await until('every interaction is done, and every event has arrived', async () => {
    const state = await (await fetch(`${host.simulator}/_sim/state`)).json();
    const { created, completed, ignored } = state.interactions;
    if (completed + ignored < created) return false;
    const counted = Object.values(await counters()).reduce((a, b) => a + b, 0);
    return counted === state.dispatches.total;
  });
  let before = '';
  await until('all is quiet', async () => {
    const { discord, plugins } = await host.json('/api/metrics');
    const now = JSON.stringify([discord.eventProcessing, discord.commandUsage, plugins.commandUsage, plugins.errorCount]);
    const same = now === before;
    before = now;
    if (!same) await new Promise((resolve) => setTimeout(resolve, 1500));
    return same;
  });
}

async function open(path) {
  if (!page) page = await viewer.tab(host.url + path);
  else await page.goto(host.url + path);
  await page.waitForSelector('[data-connection=live]');
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
}
/** {row: [cell, ...]} of a table: what its cells say in full where they are abbreviated. */
const table = (label) =>
  page.$$eval(`[aria-label="${label}"] tr[data-row]`, (rows) =>
    Object.fromEntries(
      rows.map((row) => [
        row.dataset.row,
        [...row.querySelectorAll('td')].map((cell) => ({
          text: cell.innerText.trim(),
          title: cell.getAttribute('title') ?? '',
        })),
      ]),
    ),
  );
/** Compares until it is so: pages that ask now and then are at most ten seconds behind. */
const same = (what, shown, told) =>
  until(
    what,
    async () => {
      assert.deepEqual(await shown(), await told(), what);
      return true;
    },
    Math.min(PATIENCE_MS, 60_000),
  );
const increases = async (name, range) => {
  const to = Math.ceil(Date.now() / 1000) + 1;
  const from = to - SECONDS[range];
  const { series } = await api(`query?name=${name}&from=${from}&to=${to}&step=${SECONDS[range]}&fn=increase`);
  return series;
};

test('the overview', async () => {
  await settle();
  for (const range of ['5m', '24h', '7d']) {
    await open(`/?range=${range}`);
    await same(
      `the verdict, ${range}`,
      async () => (await page.innerText('.verdict p')).replace(/, since \d\d:\d\d/g, '').trim(),
      async () => (await api('verdict')).sentences.map((s) => `${s.text}.`).join(' '),
    );
    const card = (key) => page.$eval(`[data-card=${key}]`, (e) => [e.title, e.nextElementSibling.innerText]);
    const total = async () => Object.values((await host.json('/api/metrics')).discord.commandUsage).reduce((a, b) => a + b, 0);
    await same(
      `commands in ${range}`,
      () => card('commands_total'),
      async () => {
        const grown = (await increases('discern_discord_commands_total', range)).reduce((a, s) => a + s.increase, 0);
        const words = { '5m': '5 min', '24h': '24 h', '7d': '7 days' }[range];
        return [full(await total()), grown ? `+${full(grown)} in ${words}` : `none in ${words}`];
      },
    );
    await same(
      'plugins',
      async () => (await card('plugins_active'))[1],
      async () => (await api('verdict')).plugins,
    );
    await same('guilds', async () => (await card('guilds'))[0], async () => full((await api('shards')).guilds));
  }
  assert.equal(await page.innerText('h2.system'), 'System Metrics');
  const titles = await page.$$eval('.cards article h3', (all) => all.slice(0, 4).map((e) => e.innerText));
  assert.deepEqual(titles, ['Uptime', 'Memory Usage', 'Total Commands', 'Active Plugins']);
  const values = await page.$$eval('.cards .value', (all) => all.slice(0, 2).map((e) => e.innerText));
  assert.match(values[0], /^\d+h \d+m$/);
  assert.match(values[1], /^\d+\.\d\d MB$/);
  const ticks = await api('ticks');
  const column = (key) => ticks.v[ticks.series.findIndex((s) => s.key === key)];
  const memory = Number((await page.getAttribute('[data-card=memory]', 'title')).replace(/\D/g, ''));
  assert.ok(column('memory').includes(memory), 'the memory is one of those that the server measured');
});

test('commands', async () => {
  await settle();
  await open('/commands');
  const rows = async () => (await api('commands')).commands;
  await same(
    'all commands',
    async () =>
      Object.fromEntries(
        Object.entries(await table('Commands')).map(([id, c]) => [id, [c[1].title, c[2].text, c[2].title]]),
      ),
    async () =>
      Object.fromEntries(
        (await rows()).map((c) => [
          `${c.name} (${c.plugin})`,
          [full(c.uses), share(c.errors, c.uses), `${full(c.errors)} of ${full(c.uses)}`],
        ]),
      ),
  );
  await same(
    'their sum',
    async () => /^([\d,]+) uses of (\d+) commands, (\S+) failed/.exec(await page.innerText('main header p'))?.slice(1),
    async () => {
      const all = await rows();
      const sum = (key) => all.reduce((a, c) => a + c[key], 0);
      return [full(sum('uses')), String(all.length), share(sum('errors'), sum('uses'))];
    },
  );
});

test('plugins', async () => {
  await settle();
  await open('/plugins');
  await same(
    'all plugins',
    async () =>
      Object.fromEntries(
        Object.entries(await table('Plugins')).map(([id, c]) => [id, [1, 2, 3, 6, 7].map((i) => c[i].title)]),
      ),
    async () =>
      Object.fromEntries(
        (await api('plugins')).plugins.map((p) => [
          p.id,
          [p.commands, p.events, p.errors, p.queue_depth, p.dropped].map(full),
        ]),
      ),
  );
});

test('shards', async () => {
  await settle();
  await open('/shards');
  const tile = (title) => page.locator('.tiles article', { hasText: title }).locator('p').innerText();
  await same('guilds', () => tile('Guilds'), async () => full((await api('shards')).guilds));
  await same('ready', () => tile('Ready'), async () => '1 of 1');
  await same(
    'session starts',
    () => tile('Session starts left'),
    async () => full((await api('shards')).identify_budget.remaining),
  );
});

test('events, in every range, before and after a restart', async () => {
  let truth = {};
  // A round of trivia edits its message when nobody has answered for a while: an event that comes late.
  await simulator('pause');
  const disabled = await fetch(`${host.url}/api/v1/plugins/trivia/disable`, {
    method: 'POST',
    headers: { Origin: host.url },
  });
  assert.equal(disabled.status, 200);
  for (const round of [1, 2]) {
    await settle();
    for (const [type, n] of Object.entries(await counters())) truth[type] = (truth[type] ?? 0) + n;
    for (const range of RANGES) {
      await open(`/events?range=${range}`);
      const counts = async () =>
        Object.fromEntries(
          Object.entries(await table('Events'))
            .map(([type, c]) => [type, Number(c[0].title.replaceAll(',', ''))])
            .filter(([, n]) => n > 0)
            .sort(),
        );
      await same(`what the process counted, ${range}, ${round}`, counts, async () => Object.fromEntries(Object.entries(truth).sort()));
      await same(
        `what the API says, ${range}, ${round}`,
        counts,
        async () =>
          Object.fromEntries(
            (await increases('discern_gateway_events_total', range))
              .filter((s) => s.increase > 0)
              .map((s) => [s.labels.type, s.increase])
              .sort(),
          ),
      );
    }
    if (round === 2) break;
    const { data } = host;
    await host.stop();
    await page.close();
    page = null;
    viewer.complaints.splice(0);
    host = await start(data);
    await until('it is connected again', async () => (await api('shards')).shards[0]?.state === 'ready');
  }
});

test('the Discord API', async () => {
  await settle();
  await open('/discord');
  await same(
    'routes',
    async () =>
      Object.fromEntries(Object.entries(await table('Routes')).map(([id, c]) => [id, [c[0].title, c[1].title, c[1].text]])),
    async () =>
      Object.fromEntries(
        (await api('rest')).routes.map((r) => [
          r.route,
          [full(r.requests), full(r.failed), share(r.failed, r.requests)],
        ]),
      ),
  );
  await same(
    'interactions',
    async () =>
      Object.fromEntries(Object.entries(await table('Interactions')).map(([id, c]) => [id, [c[0].text, c[1].title]])),
    async () =>
      Object.fromEntries(
        (await api('interactions')).types.map((i) => [
          i.type,
          [full(i.received), `${full(i.acknowledged)} of ${full(i.received)}`],
        ]),
      ),
  );
});
