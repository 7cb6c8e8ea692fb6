// prom-client with the series that an answer of our /metrics holds. The rival of run.py.
//
// Usage: node prom_client_server.mjs METRICS.txt
import { readFileSync } from 'node:fs';
import http from 'node:http';
import prom from 'prom-client';

// [{ name, help, type, series: [{ suffix, labels, value }] }] of the text format.
function parse(text) {
  const families = new Map();
  const family = (name) =>
    families.get(name) ?? families.set(name, { name, help: name, type: '', series: [] }).get(name);
  for (const line of text.split('\n')) {
    const [, kind, about, rest] = line.match(/^# (HELP|TYPE) (\S+) (.*)/) ?? [];
    if (kind) family(about)[kind.toLowerCase()] = rest;
    if (!line || line.startsWith('#')) continue;
    const [, full, inner, value] = line.match(/^([^{ ]+)(?:\{(.*)\})? (\S+)/);
    const labels = Object.fromEntries(
      [...(inner ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text_]) => [key, text_]),
    );
    const base = full.replace(/_(bucket|sum|count)$/, '');
    const name = families.get(base)?.type === 'histogram' ? base : full;
    family(name).series.push({ suffix: full.slice(name.length), labels, value: Number(value) });
  }
  return [...families.values()];
}

function fillHistogram({ name, help, series }) {
  const buckets = series.filter(({ suffix }) => suffix === '_bucket');
  const edges = [...new Set(buckets.map(({ labels }) => Number(labels.le)))].filter(Number.isFinite);
  const labelNames = Object.keys(buckets[0]?.labels ?? {}).filter((label) => label !== 'le');
  const buckets_ = edges.sort((a, b) => a - b);
  const histogram = new prom.Histogram({ name, help, labelNames, buckets: buckets_ });
  // One observation for each bucket: how many there are costs a server nothing.
  for (const { labels: { le, ...labels } } of buckets) {
    if (Number.isFinite(Number(le))) histogram.observe(labels, Number(le));
  }
}

function fill({ name, help, type, series }) {
  if (type === 'histogram') return fillHistogram({ name, help, series });
  const labelNames = Object.keys(series[0]?.labels ?? {});
  if (type === 'counter') {
    const counter = new prom.Counter({ name, help, labelNames });
    for (const { labels, value } of series) counter.inc(labels, value);
  } else {
    const gauge = new prom.Gauge({ name, help, labelNames });
    for (const { labels, value } of series) gauge.set(labels, value);
  }
}

parse(readFileSync(process.argv[2], 'utf8')).forEach(fill);
const server = http.createServer(async (request, response) => {
  const body = await prom.register.metrics();
  response.writeHead(200, { 'Content-Type': prom.register.contentType }).end(body);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
