// Pictures of every page in light, dark and at phone width, against the fixture server (or a real one: --url).
//   npm run build && npm run shots [-- --out DIR] [--url http://127.0.0.1:8080/]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from './chromium.mjs';
import { startFixture } from './fixture.mjs';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'shots' }, url: { type: 'string' }, only: { type: 'string' } },
});
mkdirSync(values.out, { recursive: true });

const VIEWS = [
  ['overview-light', 'calm', '', 'light', 1400, 900],
  ['overview-dark', 'calm', '', 'dark', 1400, 900],
  ['overview-phone', 'calm', '', 'light', 390, 844],
  ['overview-phone-dark', 'trouble', '', 'dark', 390, 844],
  ['overview-trouble', 'trouble', '', 'light', 1400, 900],
  ['overview-empty', 'empty', '', 'light', 1400, 900],
  ['overview-24h', 'calm', '?range=24h', 'light', 1400, 900],
  ['commands-light', 'calm', 'commands', 'light', 1400, 900],
  ['commands-dark', 'calm', 'commands', 'dark', 1400, 900],
  ['commands-phone', 'calm', 'commands', 'light', 390, 844],
  ['plugins-trouble', 'trouble', 'plugins', 'light', 1400, 900],
  ['plugins-phone', 'trouble', 'plugins', 'dark', 390, 844],
  ['shards-dark', 'trouble', 'shards', 'dark', 1400, 900],
  ['shards-phone', 'calm', 'shards', 'light', 390, 844],
];

const fixtures = {};
const browser = await launch();
for (const [name, scenario, path, theme, width, height] of VIEWS) {
  if (values.only && !name.includes(values.only)) continue;
  const base = values.url ?? (fixtures[scenario] ??= await startFixture({ port: 0, scenario, cap: 100 })).url;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    deviceScaleFactor: width < 500 ? 2 : 1,
    locale: 'en-GB',
  });
  const page = await context.newPage();
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.error(name, m.text()));
  page.on('pageerror', (e) => console.error(name, e.message));
  await page.goto(base + path);
  await page.waitForSelector('[data-connection=live]');
  await page.waitForTimeout(1600);
  await page.screenshot({ path: join(values.out, `${name}.png`), fullPage: true });
  await context.close();
}
await browser.close();
for (const f of Object.values(fixtures)) await f.stop();
