// What a person does with it: ranges, zoom, pause, keys, sorting, tables, CSV.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, until, Viewer } from './browser.mjs';
import { Host } from './host.mjs';

let host;
let browser;
before(async () => {
  [host, browser] = await Promise.all([Host.start({ options: ['--rate', '60'] }), launch()]);
  await until('commands are used', async () => (await host.json('/api/v1/commands')).commands.some((c) => c.uses > 0));
});
after(async () => {
  await browser?.close();
  await host?.stop();
});

async function visit(path, check) {
  const viewer = await Viewer.open(browser, { viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await viewer.tab(host.url + path);
  await check(page, viewer);
  await viewer.expectQuiet(path);
  await viewer.close();
}
/** Asked of the page itself: what page.url() knows comes by an event, later than the key that caused it. */
const query = (page) => page.evaluate(() => Object.fromEntries(new URLSearchParams(location.search)));
const pressed = (page) => page.textContent('[role=group] [aria-pressed=true]');

test('the range is in the address, by press and by key, and survives a reload', () =>
  visit('/', async (page) => {
    await page.keyboard.press('3');
    assert.deepEqual(await query(page), { range: '1h' });
    assert.equal(await pressed(page), '1h');
    await page.click('[role=group] >> text=6h');
    assert.deepEqual(await query(page), { range: '6h' });
    await page.reload();
    await page.waitForSelector('[data-connection=live]');
    assert.equal(await pressed(page), '6h');
    await page.keyboard.press('[');
    assert.deepEqual(Object.keys(await query(page)), ['from', 'to']);
    await page.keyboard.press('Escape');
    assert.deepEqual(await query(page), { range: '6h' });
  }));

test('dragging over a chart zooms, and Esc goes back', () =>
  visit('/?range=5m', async (page) => {
    const box = await (await page.waitForSelector('.u-over')).boundingBox();
    await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 4 });
    await page.mouse.up();
    const { from, to } = await query(page);
    assert.ok(to - from > 60 && to - from < 120, `zoomed to ${to - from} s`);
    await page.keyboard.press('Escape');
    assert.deepEqual(await query(page), { range: '5m' });
  }));

test('space pauses what is shown and resumes it with nothing lost', () =>
  visit('/', async (page) => {
    const uptime = () => page.getAttribute('[data-card=uptime]', 'title');
    await page.waitForSelector('.plot canvas');
    await page.keyboard.press('Space');
    await page.waitForSelector('[data-connection=paused]');
    const held = await uptime();
    const then = (await host.json('/api/metrics')).system.uptime;
    await until('the host goes on', async () => (await host.json('/api/metrics')).system.uptime > then + 2);
    assert.equal(await uptime(), held);
    await page.keyboard.press('Space');
    await page.waitForSelector('[data-connection=live]');
    await until('the page goes on', async () => (await uptime()) !== held);
  }));

test('keys change the page, the theme and the zone, and ? lists them', () =>
  visit('/', async (page) => {
    await page.keyboard.press('p');
    assert.equal(await page.textContent('h1'), 'Plugins');
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await page.keyboard.press('u');
    await page.waitForSelector('header button:has-text("UTC")');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open] >> text=Pause or resume');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    // The page hears of the closed dialog a moment after it is gone.
    await until('the filter has the focus', async () => {
      await page.keyboard.press('/');
      return page.evaluate(() => document.activeElement.matches('[data-filter]'));
    });
  }));

test('a table filters and sorts in the address, and its CSV holds what is shown', () =>
  visit('/commands', async (page) => {
    await page.fill('[data-filter]', 'trivia');
    await page.click('th button:has-text("Command")');
    assert.deepEqual(await query(page), { q: 'trivia', sort: 'name' });
    const names = await page.$$eval('tr[data-row] th', (all) => all.map((e) => e.textContent.trim()));
    assert.ok(names.length > 1 && names.every((n) => n.includes('trivia')), names.join());
    assert.deepEqual(names, [...names].sort());
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=CSV')]);
    const [head, ...lines] = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    assert.equal(head, 'name,plugin,uses,errors,p50_ms,p95_ms,p99_ms,last_used_utc,last_used');
    assert.deepEqual(
      lines.map((l) => `/${l.split(',')[0]}`),
      names,
    );
    assert.equal(file.suggestedFilename(), 'discern-commands.csv');
  }));

test('a chart is also a table and a CSV, and moves with the arrow keys', () =>
  visit('/?range=5m', async (page) => {
    await page.waitForSelector('.plot canvas');
    await page.focus('.plot');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await until('the cursor is read out', async () =>
      /Events .*Commands /.test(await page.textContent('figure [aria-live]')),
    );
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=CSV')]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    assert.equal(lines[0], 'time_utc,time,events_rate,commands_rate');
    assert.match(lines.at(-1), /^20\d\d-\d\d-\d\dT[\d:.]+Z,\d{10}/);
    await page.click('text=View as table');
    const rows = await page.$$eval('[aria-label="Throughput as a table"] tbody tr', (all) => all.length);
    assert.ok(rows > 1);
  }));

test('views of pages are counted by the host', () =>
  visit('/commands', async (page) => {
    const views = async () => (await host.json('/api/metrics')).web.pageViews;
    const before = (await views())['/shards'] ?? 0;
    await page.click('nav >> text=Shards');
    await until('the view is counted', async () => ((await views())['/shards'] ?? 0) === before + 1);
  }));

test('a plugin is switched off and on again, by a second press that names it', () =>
  visit('/plugins', async (page) => {
    const state = async () => (await host.json('/api/v1/plugins')).plugins.find((p) => p.id === 'trivia').state;
    await page.click('tr[data-row=trivia] a');
    assert.deepEqual(await query(page), { plugin: 'trivia' });
    await page.click('button:text-is("Disable")');
    assert.equal(await state(), 'enabled');
    await page.click('button:text-is("Disable Trivia")');
    await page.waitForSelector('text=Trivia is disabled.');
    assert.equal(await state(), 'disabled');
    await page.waitForSelector('tr[data-row=trivia] [data-state=disabled]');
    await page.click('button:text-is("Enable")');
    await page.waitForSelector('text=Trivia is enabled.');
    assert.equal(await state(), 'enabled');
  }));
