// Every page of the dashboard, in every theme and width, with the demo behind it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectFits, launch, until, Viewer, VIEWS } from './browser.mjs';
import { Host } from './host.mjs';

const PAGES = [
  { path: '/', title: 'Overview', ready: '.plot canvas' },
  { path: '/commands', title: 'Commands', ready: 'tr[data-row]' },
  { path: '/plugins', title: 'Plugins', ready: 'tr[data-row]' },
  { path: '/shards', title: 'Shards', ready: 'article [data-state=ready]' },
  { path: '/events', title: 'Events', ready: 'tr[data-row]' },
  { path: '/discord', title: 'Discord API', ready: 'tr[data-row]' },
  { path: '/no/such/page', title: 'There is no such page', ready: 'main a' },
];

let host;
let browser;
before(async () => {
  [host, browser] = await Promise.all([Host.start({ options: ['--rate', '40'] }), launch()]);
  await until('the shard is ready', async () =>
    (await host.json('/api/v1/shards')).shards.some((s) => s.state === 'ready'),
  );
  await until('commands are used', async () => (await host.json('/api/v1/commands')).commands.some((c) => c.uses > 0));
});
after(async () => {
  await browser?.close();
  await host?.stop();
});

for (const { name, ...view } of VIEWS) {
  test(`pages load, fit and are accessible: ${name}`, async () => {
    const viewer = await Viewer.open(browser, view);
    // A theme is the browser's own wish until somebody presses the button.
    const page = await viewer.tab(host.url);
    for (const { path, title, ready } of PAGES) {
      const what = `${path} ${name}`;
      await page.goto(host.url + path);
      await page.waitForSelector('[data-connection=live]');
      await page.waitForSelector(ready);
      assert.equal(await page.textContent('h1'), title, what);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), view.colorScheme, what);
      await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
      await expectFits(page, what);
      await expectAccessible(page, what);
    }
    await viewer.expectQuiet(name);
    await viewer.close();
  });
}

/** The page with tables of our making: the stream is refused, because its ticks would bring the real rows back. */
async function madeUp(view, tables) {
  const viewer = await Viewer.open(browser, view);
  await viewer.context.route('**/api/v1/live*', (route) => route.fulfill({ status: 204 }));
  for (const [name, json] of Object.entries(tables)) {
    await viewer.context.route(`**/api/v1/${name}`, (route) => route.fulfill({ json }));
  }
  return viewer;
}

const STATES = {
  async trouble() {
    const { plugins } = await host.json('/api/v1/plugins');
    const { shards, ...more } = await host.json('/api/v1/shards');
    Object.assign(plugins[0], {
      state: 'stuck',
      stuck: { handler: 'command a long name', seconds: 4.2, stack: [] },
      queue_depth: 70,
      dropped: 12_345,
    });
    Object.assign(plugins[1], {
      state: 'failed',
      load_ms: null,
      message: 'it was built for plugin API 2, this host speaks 1: build it again.',
    });
    return {
      plugins: { plugins },
      verdict: {
        level: 'err',
        plugins: `of ${plugins.length}; 2 in trouble`,
        sentences: [
          {
            level: 'err',
            text: `${plugins[0].name} is stuck in command a long name for 4 s`,
            href: 'plugins',
            since: null,
          },
        ],
      },
      shards: {
        ...more,
        shards: [{ ...shards[0], state: 'connecting', last_ack_age_s: 184, last_close: '4000 unknown error' }],
      },
    };
  },
  async empty() {
    const { shards: _, ...more } = await host.json('/api/v1/shards');
    return { plugins: { plugins: [] }, commands: { commands: [] }, shards: { ...more, shards: [] } };
  },
};
const SIGNS = {
  trouble: {
    '/': 'is stuck in command a long name',
    '/plugins': 'in command a long name for',
    '/shards': 'overdue',
  },
  empty: {
    '/': 'No plugins loaded.',
    '/commands': 'No commands yet.',
    '/plugins': 'No plugins loaded.',
    '/shards': 'No shards yet.',
  },
};
for (const [state, tables] of Object.entries(STATES)) {
  for (const { name, ...view } of [VIEWS[0], VIEWS[3]]) {
    test(`${state} shows in words, fits and is accessible: ${name}`, async () => {
      const viewer = await madeUp(view, await tables());
      const page = await viewer.context.newPage();
      for (const [path, sign] of Object.entries(SIGNS[state])) {
        await page.goto(host.url + path);
        await page.waitForSelector(`main >> text=${sign}`);
        await expectFits(page, `${state} ${path}`);
        await expectAccessible(page, `${state} ${path}`);
      }
      await viewer.close();
    });
  }
}

test('the theme is right before the bundle runs', async () => {
  const viewer = await Viewer.open(browser, { colorScheme: 'dark' });
  const page = await viewer.context.newPage();
  await page.route(/assets\/index-.*\.js/, (route) => route.abort());
  await page.goto(host.url);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(15, 20, 27)');
  await viewer.close();
});

test('nothing is asked of any other host', async () => {
  const viewer = await Viewer.open(browser);
  const asked = [];
  viewer.context.on('request', (request) => asked.push(new URL(request.url()).origin));
  const page = await viewer.tab(host.url);
  await page.waitForSelector('.plot canvas');
  assert.deepEqual([...new Set(asked)], [host.url]);
  await viewer.close();
});
