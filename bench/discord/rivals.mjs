// The rivals of run.py: discord.js as its users run it, and the least a Node client can do (ws,
// zlib-sync, JSON.parse). Both count every event and hand messages to one handler.
//
// Usage: node rivals.mjs discord.js|ws API

import zlib from 'zlib-sync';

const [, , rival, api] = process.argv;
const intents = (1 << 0) | (1 << 1) | (1 << 8) | (1 << 9) | (1 << 11) | (1 << 15);
const counts = {};
let messages = 0;

async function discordJs() {
  const { Client } = await import('discord.js');
  const client = new Client({ intents, rest: { api } });
  client.on('raw', (packet) => (counts[packet.t] = (counts[packet.t] ?? 0) + 1));
  client.on('messageCreate', () => ++messages);
  client.once('clientReady', () => console.log('ready'));
  await client.login('sim.bench');
}

async function bareWs() {
  const { WebSocket } = await import('ws');
  const agent = { 'User-Agent': 'DiscordBot (https://example.org, 1)' };
  const { url } = await (await fetch(`${api}/v10/gateway`, { headers: agent })).json();
  const socket = new WebSocket(`${url}/?v=10&encoding=json&compress=zlib-stream`);
  const inflate = new zlib.Inflate({ chunkSize: 65535, to: 'string' });
  let sequence = null;
  const beat = () => socket.send(JSON.stringify({ op: 1, d: sequence }));
  socket.on('message', (data) => {
    inflate.push(data, zlib.Z_SYNC_FLUSH);
    const payload = JSON.parse(inflate.result);
    if (payload.op === 10) {
      setInterval(beat, payload.d.heartbeat_interval);
      const properties = { os: 'linux', browser: 'bench', device: 'bench' };
      socket.send(JSON.stringify({ op: 2, d: { token: 'sim.bench', intents, properties } }));
    } else if (payload.op === 1) {
      beat();
    } else if (payload.op === 0) {
      sequence = payload.s;
      counts[payload.t] = (counts[payload.t] ?? 0) + 1;
      if (payload.t === 'MESSAGE_CREATE') ++messages;
      if (payload.t === 'READY') console.log('ready');
    }
  });
}

await (rival === 'discord.js' ? discordJs() : bareWs());
