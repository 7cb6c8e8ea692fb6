// The seed's own design on Node: one object, JSON.stringify on each request. The rival of run.py.
import http from 'node:http';

const commands = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`command_${i}`, i * 37]));
const plugins = ['ping', 'trivia', 'activity', 'music', 'moderation'];
const perPlugin = (make) => Object.fromEntries(plugins.map((id, i) => [id, make(i)]));
const metrics = {
  system: { uptime: 0, restartCount: 3, memoryUsage: 0, cpuUsage: 1.5, eventLoopDelay: 0.2 },
  discord: {
    commandUsage: commands,
    eventProcessing: 1234567,
    apiLatency: 63.2,
    guildCount: 40,
    userCount: 52341,
  },
  plugins: {
    loadTime: perPlugin((i) => i + 1.5),
    enableDisableCount: perPlugin((i) => ({ enabled: i, disabled: 0 })),
    errorCount: perPlugin((i) => i),
    commandUsage: perPlugin((i) =>
      Object.fromEntries(Object.entries(commands).slice(i * 10, i * 10 + 10))),
  },
  web: {
    pageViews: { '/': 100, '/commands': 20, '/plugins': 10, '/shards': 5 },
    apiRequestCount: 0,
    apiResponseTime: Array.from({ length: 100 }, (_, i) => 0.05 + (i % 7) / 100),
    errorRates: 0,
  },
};

const server = http.createServer((request, response) => {
  if (request.url !== '/api/metrics') {
    response.writeHead(404).end();
    return;
  }
  metrics.system.uptime = process.uptime();
  metrics.system.memoryUsage = process.memoryUsage().heapUsed;
  metrics.web.apiRequestCount += 1;
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(metrics));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
