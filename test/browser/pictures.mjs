// Pictures of the dashboard.
//   node pictures.mjs --readme FILE [--minutes N | --url URL]   the Overview, of a demo that has run for a while
//   node pictures.mjs --url URL [--out DIR]         every page of a running host, light, dark and at phone width
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, until } from './browser.mjs';
import { Host } from './host.mjs';

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1400, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1400, height: 900 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 1000, height: 900 } },
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

/** The Overview down to its chart, of `url` or of a demo that has run for `minutes` and so shows believable life. */
async function forReadme(browser, file, url, minutes) {
  const host = url ? null : await Host.start({ options: ['--guilds', '180', '--seed', '7'] });
  if (host) {
    const uptime = async () => (await host.json('/api/metrics')).system.uptime;
    await until('the demo has run', async () => (await uptime()) >= minutes * 60, (minutes + 2) * 60_000);
  }
  const look = { colorScheme: 'light', viewport: { width: 1280, height: 900 } };
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...look });
  const page = await show(context, new URL('?range=15m', (url ?? host.url).replace(/\/?$/, '/')).href);
  const chart = await page.locator('section:has(figure)').boundingBox();
  const height = Math.ceil(chart.y + chart.height) + 16;
  await page.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 0, width: 1280, height } });
  await host?.stop();
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
if (values.readme) await forReadme(browser, values.readme, values.url, Number(values.minutes));
else if (values.url) await everyPage(browser, values.url, values.out, values.only);
else console.error('Give --readme FILE or --url URL.');
await browser.close();
