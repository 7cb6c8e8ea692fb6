// Debian's Chromium, driven by playwright-core, and what every page is held to.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

/** Nothing here measures time; this only says when to give up. */
export const PATIENCE_MS = (process.env.DISCERN_SANITIZE ? 300 : 60) * 1000;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What the browser itself says about a server that is away is no fault of the page. */
const AWAY = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/;

export const VIEWS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { name: 'phone, light', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'phone, dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
];

function findChromium() {
  const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error('no Chromium: run ./dev setup test, or set CHROMIUM to the program');
  return found;
}

/** Playwright gives each launch an empty profile of its own and removes it at the end. */
export const launch = () =>
  chromium.launch({
    executablePath: findChromium(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    timeout: PATIENCE_MS,
  });

/** Polls until `check` gives something true; the last thing that went wrong is told when it never does. */
export async function until(what, check, patience_ms = PATIENCE_MS) {
  const end = Date.now() + patience_ms;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${last instanceof Error ? last.message : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A browser context that keeps every complaint of its pages: console, exceptions, CSP, failed requests. */
export class Viewer {
  static async open(browser, options = {}) {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const viewer = new Viewer(context);
    await context.exposeBinding('tellViolation', (_source, text) => viewer.complaints.push(`CSP: ${text}`));
    await context.addInitScript(() =>
      addEventListener('securitypolicyviolation', (e) =>
        window.tellViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`),
      ),
    );
    return viewer;
  }

  constructor(context) {
    this.context = context;
    this.complaints = [];
    /** True while the test has taken the server away. */
    this.serverIsAway = false;
  }

  /** A tab at `url`; `connection` is what the status pill has to say before it is given out. */
  async tab(url, connection = 'live') {
    const page = await this.context.newPage();
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      if (this.serverIsAway && AWAY.test(message.text())) return;
      this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.stack}`));
    page.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.url()}: ${response.status()}`);
    });
    await page.goto(url);
    if (connection) await page.waitForSelector(`[data-connection=${connection}]`);
    return page;
  }

  /** Fails when a page complained since the last time, or when one is not accessible or does not fit. */
  async expectQuiet(what) {
    assert.deepEqual(this.complaints.splice(0), [], what);
  }

  async close() {
    await this.context.close();
  }
}

/** axe is evaluated from outside the page, so the page's own CSP does not stop it. */
export async function expectAccessible(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (values) => axe.run(document, { runOnly: { type: 'tag', values } }),
    AXE_TAGS,
  );
  const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join('\n')}`);
  assert.deepEqual(told, [], `${what}: axe`);
}

/** Nothing sticks out of the screen, but what lies in a region that scrolls by itself; no text is cut off. */
export async function expectFits(page, what) {
  const found = await page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    const scrolls = (e) =>
      e &&
      e !== document.body &&
      (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const name = (e) =>
      `<${e.tagName.toLowerCase()} class="${e.getAttribute('class') ?? ''}"> ${e.textContent.trim().slice(0, 60)}`;
    const shown = [...document.body.querySelectorAll('*')].filter((e) => e.getClientRects().length);
    const out = shown.filter((e) => {
      const { right, left, width } = e.getBoundingClientRect();
      return width > 1 && (right > wide + 0.5 || left < -0.5) && !scrolls(e);
    });
    const cut = shown.filter((e) => getComputedStyle(e).textOverflow === 'ellipsis' && e.scrollWidth > e.clientWidth);
    return {
      page: Math.max(0, document.documentElement.scrollWidth - wide),
      out: out.map(name),
      cut: cut.map(name),
    };
  });
  assert.deepEqual(found, { page: 0, out: [], cut: [] }, `${what}: width`);
}
