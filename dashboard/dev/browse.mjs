// Drives the built dashboard in Chromium: accessibility, CSP, width, live data, many tabs, loss and recovery.
//   npm run build && npm run browse
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startFixture } from './fixture.mjs';
import { launch } from './chromium.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// What the browser itself says while the server is away is no fault of the page.
const EXPECTED = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;

const browser = await launch();
const complaints = [];
async function open(context, url, wait = 'live') {
  const page = await context.newPage();
  page.on(
    'console',
    (m) =>
      ['error', 'warning'].includes(m.type()) && !EXPECTED.test(m.text()) && complaints.push(`${url}: ${m.text()}`),
  );
  page.on('pageerror', (e) => complaints.push(`${url}: ${e.message}`));
  await page.goto(url);
  if (wait) await page.waitForSelector(`[data-connection=${wait}]`);
  return page;
}
const state = (page, name) => page.waitForSelector(`[data-connection=${name}]`, { timeout: 30_000 });
const card = (page, key) => page.textContent(`[data-card=${key}]`);

/** axe from outside the page, so that its own script is not subject to the CSP. */
async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: 'tag', values } }), TAGS);
  return found.violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html} ${v.nodes[0].failureSummary}`);
}

const checks = {
  async 'every page is accessible and fits, light, dark and at 390 px'() {
    for (const scenario of ['calm', 'trouble', 'empty']) {
      const fixture = await startFixture({ port: 0, scenario, cap: 100 });
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 1280],
        ['light', 390],
        ['dark', 390],
      ]) {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
        for (const path of ['', 'commands', 'plugins', 'shards', 'nonsense']) {
          const page = await open(context, fixture.url + path);
          if (path === '') await page.waitForSelector('canvas, [data-state=empty]');
          const at = `${scenario} /${path} ${colorScheme} ${width}`;
          assert.deepEqual(await violations(page), [], at);
          assert.equal(
            await page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
            false,
            `${at}: wider than the screen`,
          );
          await page.close();
        }
        await context.close();
      }
      await fixture.stop();
    }
  },
  async 'numbers move'() {
    const fixture = await startFixture({ port: 0 });
    const context = await browser.newContext();
    const page = await open(context, fixture.url);
    const before = await card(page, 'memory');
    const uptime = await page.getAttribute('[data-card=uptime]', 'title');
    await page.waitForFunction((u) => document.querySelector('[data-card=uptime]').title !== u, uptime);
    assert.ok(before);
    await context.close();
    await fixture.stop();
  },
  async 'ten tabs share one stream, and another takes over'() {
    const fixture = await startFixture({ port: 0 });
    const context = await browser.newContext();
    const tabs = [];
    for (let i = 0; i < 10; i++) tabs.push(await open(context, fixture.url));
    for (const tab of tabs) await state(tab, 'live');
    assert.equal(fixture.streams.size, 1);
    await tabs[0].close();
    const uptime = await tabs[5].getAttribute('[data-card=uptime]', 'title');
    await tabs[5].waitForFunction((u) => document.querySelector('[data-card=uptime]').title !== u, uptime);
    assert.equal(fixture.streams.size, 1);
    await context.close();
    await fixture.stop();
  },
  async 'a refused stream becomes polling'() {
    const fixture = await startFixture({ port: 0, refuseStreams: true });
    const context = await browser.newContext();
    await open(context, fixture.url, 'polling');
    await context.close();
    await fixture.stop();
  },
  async 'a stopped server shows, dims the data with its age, and comes back by itself'() {
    let fixture = await startFixture({ port: 0 });
    const { port } = fixture;
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await open(context, fixture.url);
    await fixture.stop();
    await state(page, 'disconnected');
    assert.match(await page.textContent('.banner'), /Disconnected\. Data is \d+s old/);
    assert.ok(await page.$('[data-stale]'));
    assert.deepEqual(await violations(page), []);
    fixture = await startFixture({ port, version: '0.2.0' });
    await state(page, 'live');
    await page.waitForSelector('text=Dashboard updated.');
    assert.equal(await page.$('[data-stale]'), null);
    await context.close();
    await fixture.stop();
  },
  async 'a sub-path of a reverse proxy works without a rebuild'() {
    const fixture = await startFixture({ port: 0, prefix: '/bots/one/' });
    const context = await browser.newContext();
    const page = await open(context, `${fixture.url}commands`);
    await page.click('text=Shards');
    await page.waitForSelector('text=Shard 1');
    assert.equal(new URL(page.url()).pathname, '/bots/one/shards');
    assert.deepEqual(fixture.views, ['/commands', '/shards']);
    await context.close();
    await fixture.stop();
  },
  async 'the theme is right before the bundle runs'() {
    const fixture = await startFixture({ port: 0 });
    const context = await browser.newContext({ colorScheme: 'dark' });
    const page = await context.newPage();
    await page.route(/assets\/index-.*\.js/, (route) => route.abort());
    await page.goto(fixture.url);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await context.close();
    await fixture.stop();
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    assert.deepEqual(complaints.splice(0), [], 'the console is silent');
    console.log(`ok    ${name}`);
  } catch (e) {
    failed++;
    console.error(`FAIL  ${name}\n${e.message}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
