// Starts discern-sim for a test and speaks its control API.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function findProgram() {
  const candidates = [
    process.env.DISCERN_SIM,
    ...['release', 'ci', 'dev', 'asan'].map((preset) => join(root, 'build', preset, 'discern-sim')),
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error('no discern-sim: run ./dev build, or set DISCERN_SIM to the program');
  return found;
}

export class Simulator {
  static async start(...options) {
    const program = spawn(
      findProgram(),
      [
        '--port', '0', '--rate', '0', '--latency-ms', '0', '--fault-rate', '0', '--guilds', '12',
        '--identify-interval-ms', '0', '--die-with-parent', ...options,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const address = await new Promise((resolve, reject) => {
      program.once('exit', (code) => reject(new Error(`discern-sim ended with ${code}`)));
      createInterface({ input: program.stdout }).once('line', (line) =>
        resolve(line.replace('listening on ', '')),
      );
    });
    return new Simulator(program, address);
  }

  constructor(program, address) {
    this.program = program;
    this.address = address;
    // A test that fails half-way must not keep its process alive; the simulator dies with it.
    program.unref();
    program.stdout.unref();
  }

  get api() {
    return `${this.address}/api`;
  }

  async act(action, parameters = {}) {
    const response = await fetch(`${this.address}/_sim/${action}`, {
      method: 'POST',
      body: JSON.stringify(parameters),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(`${action}: ${body.error}`);
    return body;
  }

  async see(what) {
    return (await fetch(`${this.address}/_sim/${what}`)).json();
  }

  state() {
    return this.see('state');
  }

  // Polls until `check` gives something true.
  async until(what, check) {
    for (let i = 0; i < 500; ++i) {
      const seen = await this.see(what);
      if (check(seen)) return seen;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${what} did not become as expected: ${JSON.stringify(await this.see(what))}`);
  }

  async stop() {
    this.program.ref();
    const ended = new Promise((resolve) => this.program.once('exit', resolve));
    this.program.kill('SIGTERM');
    return ended;
  }
}
