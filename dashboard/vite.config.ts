import { defineConfig } from 'vitest/config';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { firstPaintScript } from './vite/first-paint.js';
import { licenseNotices } from './vite/license-notices.js';

// The host's name stays: what changes something must come from the origin that it is sent to.
const api = { target: process.env.DISCERN_API ?? 'http://127.0.0.1:8080', changeOrigin: false };

export default defineConfig({
  // Relative asset addresses: the server puts the real prefix into <base href>, so one build serves any sub-path.
  base: './',
  plugins: [svelte(), firstPaintScript('src/theme.js'), licenseNotices()],
  build: {
    target: 'es2022',
    // data: images would be allowed by the CSP, data: scripts and styles would not: keep every asset a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // A twentieth smaller than what esbuild leaves.
    minify: 'terser',
    terserOptions: { module: true, ecma: 2020, compress: { passes: 2 } },
    reportCompressedSize: false,
  },
  // The packages may be a link to a folder beside this one.
  server: { fs: { strict: false }, proxy: { '/api': api, '/metrics': api, '/healthz': api } },
  test: {
    testTimeout: 120_000,
    css: { include: [/tokens\.css/] },
    // A world of its own for each file costs more than most files run: only those that mount components get one.
    poolOptions: { threads: { isolate: false }, forks: { isolate: true } },
    projects: [
      {
        extends: true,
        test: { name: 'pure', pool: 'threads', include: ['test/lib/**/*.test.ts', 'test/api/**/*.test.ts'] },
      },
      {
        extends: true,
        plugins: [svelteTesting()],
        test: {
          name: 'components',
          pool: 'forks',
          include: ['test/components/**/*.test.ts'],
          setupFiles: ['test/setup.ts'],
        },
      },
    ],
  },
});
