// Fails when the dashboard grows past its budget. Run after a build.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 80;
const dist = new URL('../dist/assets/', import.meta.url).pathname;
const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(7);

let total = 0;
for (const file of readdirSync(dist).filter((f) => /\.(js|css)$/.test(f))) {
  const raw = readFileSync(join(dist, file));
  const gz = gzipSync(raw, { level: 9 }).length;
  total += gz;
  console.log(`${kb(raw.length)} kB ${kb(gz)} kB gz  ${file}`);
}
console.log(`${''.padStart(7)}    ${kb(total)} kB gz  of ${BUDGET_KB}`);
if (total > BUDGET_KB * 1000) {
  console.error(`Over budget by ${kb(total - BUDGET_KB * 1000).trim()} kB: load a page lazily, or drop a dependency.`);
  process.exit(1);
}
