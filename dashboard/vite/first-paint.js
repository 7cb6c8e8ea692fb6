import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Puts one tiny classic script in front of everything else, so that the theme is right before the first paint.
 * The CSP forbids inline scripts and a module would run too late, so it is a hashed file of its own.
 */
export function firstPaintScript(path) {
  const code =
    readFileSync(path, 'utf8')
      .replace(/^\s*\/\/.*\n/gm, '')
      .replace(/\s+/g, ' ')
      .trim() + '\n';
  const file = `assets/theme-${createHash('sha256').update(code).digest('hex').slice(0, 8)}.js`;
  let building = false;
  return {
    name: 'discern-first-paint-script',
    configResolved(config) {
      building = config.command === 'build';
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: file, source: code });
    },
    transformIndexHtml() {
      return [{ tag: 'script', attrs: { src: building ? `./${file}` : `/${path}` }, injectTo: 'head' }];
    },
  };
}
