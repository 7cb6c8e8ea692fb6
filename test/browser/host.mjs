// Starts `discern demo` for a test; the program and its simulated Discord are gone when the test is.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Where the programs are: said by CTest, or the release build of this tree. */
export const BUILD = process.env.DISCERN_BUILD ?? join(root, 'build', 'release');

const running = new Set();
const folders = new Set();
process.on('exit', () => {
  Host.killAll();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own for each test, removed at the end. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'discern-browser-'));
  folders.add(folder);
  return folder;
}

export class Host {
  /** Resolves when the dashboard's address is known. The same `data` and `port` again is a restart. */
  static async start({ data = join(temporaryFolder(), 'data'), port = 0, options = [] } = {}) {
    const path = join(BUILD, 'discern');
    if (!existsSync(path)) throw new Error(`no ${path}: run ./dev build, or set DISCERN_BUILD`);
    const program = spawn(path, ['demo', '--data', data, '--port', String(port), ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DISCORD_TOKEN: '' },
    });
    running.add(program);
    program.once('exit', () => running.delete(program));
    const lines = [];
    let simulator = '';
    const url = await new Promise((resolve, reject) => {
      for (const stream of [program.stdout, program.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          const simulated = /simulated Discord .* at (http:\/\/[^\s;]+)/.exec(line);
          if (simulated) simulator = simulated[1];
          const found = /Dashboard: (http:\/\/\S+?)\/?(\s|$)/.exec(line);
          if (found) resolve(found[1]);
        });
      }
      program.once('exit', (code) => reject(new Error(`discern ended with ${code}:\n${lines.join('\n')}`)));
    });
    return new Host(program, url, data, () => simulator);
  }

  constructor(program, url, data, simulator) {
    Object.assign(this, { program, url, data, port: Number(new URL(url).port), told: simulator });
  }

  /** Where its simulated Discord is; said before the dashboard's address. */
  get simulator() {
    return this.told();
  }

  /** What a failed test left running would keep its process from ending. */
  static killAll() {
    for (const program of running) program.kill('SIGKILL');
  }

  async json(path) {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** A clean stop, or with SIGKILL the opposite. */
  async stop(signal = 'SIGTERM') {
    if (this.program.exitCode !== null || this.program.signalCode !== null) return;
    const ended = new Promise((resolve) => this.program.once('exit', resolve));
    this.program.kill(signal);
    await ended;
  }
}
