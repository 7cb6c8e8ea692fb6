import { describe, expect, it } from 'vitest';
import type { ComparedWindow } from '../../src/api/types';
import { comparedLines } from '../../src/lib/compare';
import { createFormat } from '../../src/lib/format';

const none = {
  from: 0,
  to: 1800,
  errors_per_minute: null,
  commands_per_minute: null,
  failed_commands_per_minute: null,
  events_per_second: null,
  dropped_per_minute: null,
  stalls_per_minute: null,
  rest_per_minute: null,
  cpu_ratio: null,
  allocated_bytes_per_second: null,
  handler_p95_ms: {},
} satisfies ComparedWindow;
const lines = (before: Partial<ComparedWindow>, after: Partial<ComparedWindow>) =>
  comparedLines(
    { plugin: 'p', at: 1800, minutes: 30, before: { ...none, ...before }, after: { ...none, ...after } },
    createFormat('en'),
  );

describe('comparedLines', () => {
  it('leaves out what history does not hold', () => {
    expect(lines({}, {})).toEqual([]);
  });
  it('says what became worse and what better', () => {
    expect(lines({ errors_per_minute: 1 }, { errors_per_minute: 3 })).toEqual([
      { label: 'Errors', before: '1.0/min', after: '3.0/min', change: '3.0 times', verdict: 'worse' },
    ]);
    expect(lines({ cpu_ratio: 0.02 }, { cpu_ratio: 0.01 })[0]).toMatchObject({ change: '\u221250%', verdict: 'better' });
  });
  it('calls more work neither good nor bad, and a small step no change', () => {
    expect(lines({ commands_per_minute: 2 }, { commands_per_minute: 4 })[0]!.verdict).toBe('same');
    expect(lines({ cpu_ratio: 0.02 }, { cpu_ratio: 0.0205 })[0]!.change).toBe('as before');
  });
  it('names what is new and what is gone, and claims nothing of one side only', () => {
    expect(lines({ errors_per_minute: 0 }, { errors_per_minute: 2 })[0]!.change).toBe('new');
    expect(lines({ errors_per_minute: 2 }, { errors_per_minute: 0 })[0]!.change).toBe('gone');
    expect(lines({}, { errors_per_minute: 2 })[0]!.change).toBe('');
  });
  it('compares handlers of each kind', () => {
    expect(lines({ handler_p95_ms: { command: 100 } }, { handler_p95_ms: { command: 250 } })[0]).toMatchObject({
      label: 'Handler p95, command',
      verdict: 'worse',
    });
  });
});
