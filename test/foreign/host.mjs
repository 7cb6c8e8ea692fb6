// Starts Discern itself for a test, as an operator would: a configuration file, a folder of plugins.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function build(path) {
  const folder = process.env.DISCERN_BUILD;
  if (!folder) throw new Error('set DISCERN_BUILD to the build folder');
  return join(folder, path);
}

export class Host {
  // `plugins` are names of test plugins; `settings` is TOML.
  static async start({ api, token, plugins, settings = '' }) {
    const folder = mkdtempSync(join(tmpdir(), 'discern-foreign-'));
    for (const plugin of plugins) {
      const to = join(folder, 'plugins', plugin);
      mkdirSync(to, { recursive: true });
      cpSync(build(join('test_plugins', plugin)), to, { recursive: true });
    }
    writeFileSync(
      join(folder, 'discern.toml'),
      `${settings}\n[plugins]\nfolder = "${join(folder, 'plugins')}"\n` +
        `[log]\nlevel = "debug"\n`,
    );
    const program = spawn(
      build('discern'),
      ['run', '--config', join(folder, 'discern.toml'), '--data', join(folder, 'data'), '--port', '0'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, DISCORD_TOKEN: token, DISCERN_DISCORD_API_URL: api },
      },
    );
    const host = new Host(program, folder);
    await host.until(() => /Dashboard: (\S+)/.test(host.output), 'the dashboard');
    host.url = /Dashboard: (\S+?)\/?\s/.exec(host.output)[1];
    return host;
  }

  constructor(program, folder) {
    this.program = program;
    this.folder = folder;
    this.output = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    }
  }

  async until(check, what) {
    for (let i = 0; i < 1500; ++i) {
      const value = await check();
      if (value) return value;
      if (this.program.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`waited in vain for ${what}; the host said:\n${this.output}`);
  }

  async get(path) {
    const response = await fetch(this.url + path);
    return response.json();
  }

  async stop() {
    const ended = new Promise((resolve) => this.program.once('exit', resolve));
    if (this.program.exitCode === null) {
      this.program.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
    return this.program.exitCode;
  }
}
