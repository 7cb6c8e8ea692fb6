import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Root folder of the package that `id` belongs to: the innermost folder with a named package.json. */
function packageRoot(id) {
  for (let dir = dirname(id); dir.includes('node_modules'); dir = dirname(dir)) {
    const manifest = join(dir, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) return dir;
  }
  return null;
}

/** Writes assets/third-party-licenses.txt: the notice of every package whose code is in the bundle. Fails without one. */
export function licenseNotices() {
  return {
    name: 'discern-license-notices',
    generateBundle(_options, bundle) {
      const roots = new Set();
      for (const chunk of Object.values(bundle)) {
        for (const id of Object.keys(chunk.modules ?? {})) {
          const root = id.includes('node_modules') ? packageRoot(id.replace(/^\0/, '').split('?')[0]) : null;
          if (root) roots.add(root);
        }
      }
      const notices = [...roots].map((root) => {
        const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
        const file = readdirSync(root).find((f) => /^licen[cs]e/i.test(f));
        if (!file) this.error(`${name} ${version} ships no license file: its notice must travel with the dashboard.`);
        return `${name} ${version} (${license})\n\n${readFileSync(join(root, file), 'utf8').trim()}\n`;
      });
      const source = notices.sort().join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'assets/third-party-licenses.txt', source });
    },
  };
}
