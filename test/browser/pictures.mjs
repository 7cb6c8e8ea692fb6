// Pictures of the dashboard.
//   node pictures.mjs --readme FILE [--minutes N]   the Overview of a demo that has run for a while, for the README
//   node pictures.mjs --url URL [--out DIR]         every page of a running host, light, dark and at phone width
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, until } from './browser.mjs';
import { Host } from './host.mjs';

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1400, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1400, height: 900 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
];
const PAGES = ['', 'commands', 'plugins', 'shards', 'events', 'discord'];
const MOST_BYTES = 200_000;

/** The page once it is live and its chart is drawn. */
async function show(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector('[data-connection=live]');
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  await page.waitForFunction(() => !document.querySelector('figure') || document.querySelector('.plot canvas'));
  await page.mouse.move(0, 0);
  return page;
}

async function everyPage(browser, url, out, only) {
  mkdirSync(out, { recursive: true });
  for (const { name, ...look } of LOOKS) {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...look });
    for (const path of PAGES) {
      const file = `${path.replace(/\W+/g, '-') || 'overview'}-${name}.png`;
      if (only && !file.includes(only)) continue;
      const page = await show(context, new URL(path, url.replace(/\/?$/, '/')).href);
      await page.screenshot({ path: join(out, file), fullPage: true });
      await page.close();
    }
    await context.close();
  }
}

/** Demo life of `minutes`, so that the chart and the totals look as they do at a person's own place. */
async function forReadme(browser, file, minutes) {
  const host = await Host.start({ options: ['--guilds', '180', '--seed', '7'] });
  const seconds = minutes * 60;
  await until(
    'the demo has run',
    async () => (await host.json('/api/metrics')).system.uptime >= seconds,
    seconds * 1000 + 60_000,
  );
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    viewport: { width: 1280, height: 900 },
  });
  const page = await show(context, `${host.url}/?range=${minutes > 5 ? '15m' : '5m'}`);
  await page.screenshot({ path: file });
  await host.stop();
  // A third of the bytes without a difference that anybody sees.
  spawnSync('pngquant', ['--force', '--skip-if-larger', '--output', file, '256', file]);
  const { size } = statSync(file);
  if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MOST_BYTES}`);
  console.log(`${file}: ${size} bytes`);
}

const { values } = parseArgs({
  options: {
    readme: { type: 'string' },
    minutes: { type: 'string', default: '15' },
    url: { type: 'string' },
    out: { type: 'string', default: 'pictures' },
    only: { type: 'string' },
  },
});
const browser = await launch();
if (values.readme) await forReadme(browser, values.readme, Number(values.minutes));
if (values.url) await everyPage(browser, values.url, values.out, values.only);
await browser.close();
