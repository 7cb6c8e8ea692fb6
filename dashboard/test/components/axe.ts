import axe from 'axe-core';
import { expect } from 'vitest';

/** Fails with the list of violations. Contrast needs pixels: test/lib/palette.test.ts and the browser check look at it. */
export async function expectAccessible(element: Element) {
  const { violations } = await axe.run(element, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)).toEqual([]);
}
