// The numbers move and are those of the API; many tabs share one stream; a lost server shows and comes back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectFits, launch, until, Viewer } from './browser.mjs';
import { Host } from './host.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  Host.killAll();
  await browser?.close();
});

const text = (page, key) => page.textContent(`[data-card=${key}]`);
const exact = async (page, key) => {
  const title = await page.getAttribute(`[data-card=${key}]`, 'title');
  return Number(/^[\d,]+/.exec(title)[0].replaceAll(',', ''));
};
const total = (metrics) => Object.values(metrics.discord.commandUsage).reduce((a, b) => a + b, 0);
const live = (page) => page.waitForSelector('[data-connection=live]');
const viewers = async (host) => {
  const { series, v } = await host.json('/api/v1/ticks');
  return v[series.findIndex((s) => s.key === 'live_viewers')].at(-1);
};
/** Waits for the next number of a card. */
async function moves(page, key = 'uptime') {
  const before = await page.getAttribute(`[data-card=${key}]`, 'title');
  await page.waitForFunction(([k, b]) => document.querySelector(`[data-card=${k}]`).title !== b, [key, before]);
}

test('the cards show what the API says, and move', async () => {
  const host = await Host.start({ options: ['--rate', '40'] });
  const viewer = await Viewer.open(browser);
  const page = await viewer.tab(host.url);
  await until('commands are used', async () => total(await host.json('/api/metrics')) > 3);

  // Both change every second: they have to be equal at some moment, in every number.
  const agree = () =>
    until('the page and the API agree', async () => {
      const m = await host.json('/api/metrics');
      const page_says = {
        uptime: await exact(page, 'uptime'),
        memory: await exact(page, 'memory'),
        commands: await exact(page, 'commands_total'),
        plugins: await exact(page, 'plugins_active'),
        guilds: await exact(page, 'guilds'),
        users: await exact(page, 'users'),
        cpu: await text(page, 'cpu'),
        latency: await text(page, 'api_latency'),
      };
      const latency = m.discord.apiLatency;
      assert.deepEqual(page_says, {
        uptime: Math.round(m.system.uptime),
        memory: m.system.memoryUsage,
        commands: total(m),
        plugins: Object.keys(m.plugins.loadTime).length,
        guilds: m.discord.guildCount,
        users: m.discord.userCount,
        cpu: `${m.system.cpuUsage.toFixed(1)}%`,
        latency: latency < 9.95 ? `${latency.toFixed(1)} ms` : `${Math.round(latency)} ms`,
      });
      return { ...page_says, title: await page.getAttribute('[data-card=uptime]', 'title') };
    });
  const first = await agree();
  await until('commands go on', async () => (await exact(page, 'commands_total')) > first.commands);
  const later = await agree();
  assert.ok(later.uptime > first.uptime);

  await page.click('nav >> text=Commands');
  await until('the table and the API agree', async () => {
    const m = await host.json('/api/metrics');
    const rows = await page.$$eval('tr[data-row]', (all) =>
      all.map((r) => [r.querySelector('th').textContent.trim(), Number(r.cells[2].title.replaceAll(',', ''))]),
    );
    const used = rows.filter(([, uses]) => uses > 0).map(([name, uses]) => [name.slice(1), uses]);
    assert.deepEqual(Object.fromEntries(used), m.discord.commandUsage);
    return true;
  });
  await viewer.expectQuiet('numbers');
  await viewer.close();
  await host.stop();
});

test('ten tabs share one stream, and another takes over when its holder closes', async () => {
  const host = await Host.start();
  const viewer = await Viewer.open(browser);
  const tabs = [await viewer.tab(host.url)];
  while (tabs.length < 10)
    tabs.push(await viewer.tab(`${host.url}/${['', 'commands', 'plugins', 'shards'][tabs.length % 4]}`));
  for (const tab of tabs) await live(tab);
  await until('one stream serves all tabs', async () => (await viewers(host)) === 1);
  await tabs[0].close();
  await moves(tabs[4]);
  await moves(tabs[8]);
  await until('still one stream', async () => (await viewers(host)) === 1);
  await viewer.expectQuiet('tabs');
  await viewer.close();
  await host.stop();
});

test('without Web Locks (plain http in a network) ten tabs work too: four streams, the others poll', async () => {
  const host = await Host.start();
  const viewer = await Viewer.open(browser);
  await viewer.context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  const tabs = [];
  while (tabs.length < 10) tabs.push(await viewer.tab(host.url, null));
  for (const tab of tabs) await tab.waitForSelector('[data-connection=live], [data-connection=polling]');
  const states = await Promise.all(tabs.map((tab) => tab.getAttribute('[data-connection]', 'data-connection')));
  assert.deepEqual([...states].sort(), [...Array(4).fill('live'), ...Array(6).fill('polling')]);
  await moves(tabs[states.indexOf('live')]);
  await viewer.expectQuiet('tabs');
  await viewer.close();
  await host.stop();
});

test('a page whose stream is refused asks every 30 seconds', async () => {
  const host = await Host.start();
  const viewer = await Viewer.open(browser);
  await viewer.context.route('**/api/v1/live*', (route) => route.fulfill({ status: 204 }));
  await viewer.context.clock.install();
  const page = await viewer.tab(host.url, 'polling');
  const asked = [];
  page.on('request', (request) => request.url().includes('/api/v1/ticks') && asked.push(request.url()));
  const before = await exact(page, 'uptime');
  await until('time goes by', async () => (await host.json('/api/metrics')).system.uptime > before + 1);
  assert.deepEqual(asked, []);
  await page.clock.fastForward(31_000);
  await until('the page asked again', async () => (await exact(page, 'uptime')) > before);
  assert.equal(await page.textContent('[data-connection]'), 'Polling every 30 s');
  await viewer.expectQuiet('polling');
  await viewer.close();
  await host.stop();
});

test('a stopped server shows as disconnected, its data dimmed with its age; back again, totals go on', async () => {
  let host = await Host.start({ options: ['--rate', '40'] });
  const { data, port } = host;
  const viewer = await Viewer.open(browser, { viewport: { width: 1280, height: 900 } });
  const page = await viewer.tab(host.url);
  const ink = () => page.$eval('[data-card=memory]', (e) => getComputedStyle(e).color);
  const age = async () => /Data is (?:(\d+)m ?)?(?:(\d+)s)? ?old, from/.exec(await page.textContent('.banner'));
  await until('commands are used', async () => (await exact(page, 'commands_total')) > 3);
  const bright = await ink();
  const before = await exact(page, 'commands_total');

  viewer.serverIsAway = true;
  await host.stop();
  await page.waitForSelector('[data-connection=disconnected]');
  assert.equal(await page.textContent('[data-connection]'), 'Disconnected');
  assert.match(await page.title(), /Disconnected/);
  assert.notEqual(await ink(), bright, 'old data is dimmed');
  assert.ok((await exact(page, 'commands_total')) >= before, 'old data stays on the screen');
  const seconds = ([, m, s]) => Number(m ?? 0) * 60 + Number(s ?? 0);
  const first = seconds(await age());
  await until('the age grows', async () => seconds(await age()) > first);
  await expectAccessible(page, 'disconnected');
  await expectFits(page, 'disconnected');
  const last = await exact(page, 'commands_total');

  host = await Host.start({ data, port, options: ['--rate', '40'] });
  await live(page);
  viewer.serverIsAway = false;
  await page.waitForSelector('text=Discern restarted at');
  await until('the data is bright again', async () => (await ink()) === bright);
  await until('totals go on from where they were', async () => (await exact(page, 'commands_total')) >= last);
  assert.equal((await host.json('/api/metrics')).system.restartCount, 1);
  assert.match(await page.textContent('article:has([data-card=uptime])'), /1 restart so far/);

  await page.click('text=View as table');
  // In the words of the live series, or in history's once it has them.
  await page.locator('td', { hasText: /Discern (\S+ )?started/ }).first().waitFor();
  await viewer.expectQuiet('a restart');
  await viewer.close();
  await host.stop();
});
