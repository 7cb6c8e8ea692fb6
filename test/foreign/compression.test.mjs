// The compressed transports, read by Node's own zlib with one context for the whole connection.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import zlib from 'node:zlib';
import { WebSocket } from 'ws';

import { Simulator } from './simulator.mjs';

const identify = JSON.stringify({
  op: 2,
  d: { token: 'sim.raw', intents: 1 | 512, properties: { os: 'linux', browser: 'x', device: 'x' } },
});

// Collects `wanted` dispatches of a flood; `decode` gives one JSON text per message of the socket.
async function collect(sim, compress, decode, wanted, signal) {
  const { url } = await (await fetch(`${sim.api}/v10/gateway`, {
    headers: { 'User-Agent': 'DiscordBot (https://example.org, 1)' },
  })).json();
  const socket = new WebSocket(`${url}/?v=10&encoding=json&compress=${compress}`);
  signal.addEventListener('abort', () => socket.terminate());
  let interrupted = false;
  const sequences = [];
  const types = new Set();
  await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
    decode(socket, async (text) => {
      const payload = JSON.parse(text);
      if (payload.op === 10) socket.send(identify);
      if (payload.op !== 0) return;
      sequences.push(payload.s);
      types.add(payload.t);
      if (payload.t === 'READY') await sim.act('flood', { count: wanted });
      if (!interrupted && sequences.length >= 500) {
        interrupted = true;
        // An ordinary event in the middle: the prepared stream must go on after it.
        await sim.act('message', { content: 'in between' });
      }
      if (sequences.length >= wanted) resolve();
    });
  });
  socket.removeAllListeners('close');
  socket.terminate();
  return { sequences, types };
}

function inflating(stream) {
  return (socket, onText) => {
    let text = '';
    stream.on('data', (chunk) => (text += chunk.toString('utf8')));
    let queue = Promise.resolve();
    socket.on('message', (data) => {
      queue = queue.then(
        () =>
          new Promise((resolve) => {
            stream.write(data, () => {
              const whole = text;
              text = '';
              Promise.resolve(onText(whole)).then(resolve);
            });
          }),
      );
    });
  };
}

async function readsEverything(compress, stream, signal) {
  const sim = await Simulator.start();
  try {
    const { sequences, types } = await collect(sim, compress, inflating(stream), 3000, signal);
    assert.deepEqual(sequences.slice(0, 3000), Array.from({ length: 3000 }, (_, i) => i + 1));
    for (const type of ['GUILD_CREATE', 'MESSAGE_CREATE', 'INTERACTION_CREATE', 'PRESENCE_UPDATE']) {
      assert.ok(types.has(type), type);
    }
    assert.deepEqual((await sim.state()).complaints, []);
  } finally {
    await sim.stop();
  }
}

describe('compressed transports', { timeout: 180_000 }, () => {
  it('zlib-stream is one valid stream, prepared load included', (t) =>
    readsEverything(
      'zlib-stream',
      zlib.createInflate({ flush: zlib.constants.Z_SYNC_FLUSH }),
      t.signal,
    ));

  it('zstd-stream is one valid stream', (t) => {
    if (!zlib.createZstdDecompress) return t.skip('this Node has no zstd');
    return readsEverything('zstd-stream', zlib.createZstdDecompress(), t.signal);
  });
});
