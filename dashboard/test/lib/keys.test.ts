import { describe, expect, it } from 'vitest';
import { commandFor } from '../../src/lib/keys';

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe('commandFor', () => {
  it('knows its keys', () => {
    expect(commandFor(press('2'), false, false)).toEqual({ do: 'range', index: 1 });
    expect(commandFor(press(']'), false, false)).toEqual({ do: 'shift', direction: 1 });
    expect(commandFor(press('p'), false, false)).toEqual({ do: 'page', key: 'p' });
    expect(commandFor(press('?'), false, false)).toEqual({ do: 'help' });
    expect(commandFor(press('7'), false, false)).toBeNull();
  });
  it('leaves typing and shortcuts of the browser alone', () => {
    expect(commandFor(press('2'), true, false)).toBeNull();
    for (const k of ['ctrlKey', 'metaKey', 'altKey'])
      expect(commandFor(press('t', { [k]: true }), false, false)).toBeNull();
  });
  it('does not take space from a button', () => {
    expect(commandFor(press(' '), false, true)).toBeNull();
    expect(commandFor(press(' '), false, false)).toEqual({ do: 'pause' });
  });
});
