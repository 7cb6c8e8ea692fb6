// The seed's own design on Node: one object, JSON.stringify on each request. The rival of run.py.
//
// Usage: node seed_server.mjs METRICS.json     What the object holds at first: an answer of ours.
import { readFileSync } from 'node:fs';
import http from 'node:http';

const metrics = JSON.parse(readFileSync(process.argv[2]));

// As the seed does: every ten seconds.
setInterval(() => {
  metrics.system.uptime = process.uptime();
  metrics.system.memoryUsage = process.memoryUsage().heapUsed;
}, 10000);

const server = http.createServer((request, response) => {
  if (request.url !== '/api/metrics') {
    response.writeHead(404).end();
    return;
  }
  metrics.web.apiRequestCount += 1;
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(metrics));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
