// A stand-in for the C++ server, for work on the dashboard: the same HTTP contract, with synthetic life behind it.
//   node dev/fixture.mjs [--port 8080] [--scenario calm|trouble|empty] [--refuse-streams] [--cap 4] [--version 0.1.0]
// `npm run dev` proxies to port 8080. Serves dist/ too, with the real Content-Security-Policy.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { Life, SERIES } from './life.mjs';

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; " +
  "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
};
const PAGES = ['/', '/commands', '/plugins', '/shards'];
const DIST = new URL('../dist/', import.meta.url).pathname;
const RING = 3600;

export function startFixture({
  port = 8080,
  scenario = 'calm',
  refuseStreams = false,
  cap = 4,
  version = '0.1.0',
  prefix = '/',
} = {}) {
  const now = () => Date.now() / 1000;
  let life = new Life(scenario, now());
  const ring = [];
  for (let t = Math.floor(now()) - RING; t <= now(); t++) {
    // Half an hour ago the process was down for a while: a gap must show as a gap.
    if (scenario !== 'empty' && t > now() - 2100 && t < now() - 1960) continue;
    if (scenario === 'empty' && t < now() - 3) continue;
    ring.push(life.step(t));
  }
  const streams = new Set();
  const views = [];
  let opened = 0;

  const hello = () => ({ version, boot_id: life.boot_id, now: now(), series: SERIES });
  const since = (url) => Number(url.searchParams.get('since') ?? 0);
  const json = (res, body, status = 200) => {
    res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    res.end(JSON.stringify(body));
  };
  const event = (res, name, data, id) =>
    res.write(`${id ? `id: ${id}\n` : ''}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);

  const timer = setInterval(() => {
    const tick = life.step(Math.round(now() * 10) / 10);
    ring.push(tick);
    if (ring.length > RING) ring.shift();
    for (const res of streams) event(res, 'tick', tick, Math.round(tick.t * 1000));
  }, 1000);

  function live(req, res, url) {
    if (refuseStreams || streams.size >= cap) return res.writeHead(204).end();
    opened++;
    res.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    res.write('retry: 2000\n\n');
    event(res, 'hello', hello());
    const from = Number(req.headers['last-event-id'] ?? 0) / 1000 || since(url);
    for (const { t, v } of ring.filter((k) => k.t > from)) event(res, 'tick', { t, v }, Math.round(t * 1000));
    streams.add(res);
    res.on('close', () => streams.delete(res));
  }

  function query(url) {
    const q = Object.fromEntries(url.searchParams);
    const [from, to, step] = [Number(q.from), Number(q.to), Number(q.step)];
    const scale = q.name.includes('commands') ? 0.24 : 11;
    const points = [];
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      const gap = t > to - (to - from) * 0.55 && t < to - (to - from) * 0.49;
      const wave = 1 + 0.5 * Math.sin((t / 86_400) * 2 * Math.PI) + 0.1 * Math.sin(t / 900);
      points.push([t, gap ? null : Math.max(0, scale * wave * (1 + (Math.random() - 0.5) * 0.3))]);
    }
    const annotations = [
      { t: to - (to - from) * 0.49, kind: 'start', text: 'Discern started' },
      { t: to - (to - from) * 0.21, kind: 'reload', text: 'trivia reloaded' },
    ];
    const increase = Math.round(points.reduce((sum, [, v]) => sum + (v ?? 0) * step, 0));
    const series = [{ labels: {}, points, increase, seconds: to - from, total: increase }];
    return { from, to, step, series, annotations };
  }

  const routes = {
    '/api/v1/ticks': (url) => {
      const rows = ring.filter((k) => k.t > since(url));
      return { ...hello(), t: rows.map((k) => k.t), v: SERIES.map((_, i) => rows.map((k) => k.v[i])) };
    },
    '/api/v1/commands': () => ({ commands: life.commands }),
    '/api/v1/plugins': () => ({ plugins: life.plugins }),
    '/api/v1/verdict': () => ({
      level: scenario === 'trouble' ? 'warn' : 'ok',
      plugins: `of ${life.plugins.length}, ${scenario === 'trouble' ? 'see below' : 'all well'}`,
      sentences: [{ level: scenario === 'trouble' ? 'warn' : 'ok', text: 'The bot is up', href: 'shards', since: null }],
    }),
    '/api/v1/shards': () => life.shards(),
    '/api/v1/rest': () => life.rest(),
    '/api/v1/interactions': () => life.interactions(),
    '/api/v1/query': query,
    '/api/v1/status': () => ({
      version,
      started_at: life.started,
      boot_id: life.boot_id,
      mode: 'demo',
      restart_count: 2,
      data_dir_bytes: 18_420_112,
    }),
  };

  function file(res, path) {
    const full = join(DIST, normalize(path));
    const found = path !== '/' && existsSync(full) && statSync(full).isFile();
    if (!found && extname(path)) return json(res, { error: 'There is no such file.' }, 404);
    const name = found ? full : join(DIST, 'index.html');
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    res.writeHead(200, {
      'content-type': `${TYPES[extname(name)] ?? 'application/octet-stream'}; charset=utf-8`,
      'cache-control': cache,
      'content-security-policy': CSP,
      'x-content-type-options': 'nosniff',
    });
    if (found) return createReadStream(full).pipe(res);
    res.end(readFileSync(name, 'utf8').replace('<base href="/" />', `<base href="${prefix}" />`));
  }

  const server = createServer((req, res) => {
    const url = new URL(req.url, 'http://fixture');
    const path = url.pathname.startsWith(prefix) ? '/' + url.pathname.slice(prefix.length) : url.pathname;
    if (path === '/api/v1/live') return live(req, res, url);
    if (path === '/api/v1/view' && req.method === 'POST') {
      let body = '';
      req.on('data', (d) => (body += d));
      return req.on('end', () => {
        const page = JSON.parse(body).path;
        views.push(page);
        res.writeHead(PAGES.includes(page) ? 204 : 400).end();
      });
    }
    if (routes[path]) return json(res, routes[path](url));
    const [, id, verb] = /^\/api\/v1\/plugins\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    if (id) return json(res, verb === 'compare' ? life.compare(id) : verb ? life.control(id, verb) : life.plugin(id));
    if (path.startsWith('/api/')) return json(res, { error: 'There is no such address.' }, 404);
    file(res, path);
  });

  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${server.address().port}${prefix}`,
        port: server.address().port,
        views,
        streams,
        opened: () => opened,
        setVersion: (v) => (version = v),
        restart: () => (life = Object.assign(new Life(scenario, now()), { started: now() })),
        stop: () => {
          clearInterval(timer);
          for (const res of streams) res.destroy();
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        },
      }),
    );
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      scenario: { type: 'string', default: 'calm' },
      'refuse-streams': { type: 'boolean', default: false },
      cap: { type: 'string', default: '4' },
      version: { type: 'string', default: '0.1.0' },
    },
  });
  const fixture = await startFixture({
    port: Number(values.port),
    scenario: values.scenario,
    refuseStreams: values['refuse-streams'],
    cap: Number(values.cap),
    version: values.version,
  });
  console.log(`Fixture (${values.scenario}) at ${fixture.url}`);
}
