import { describe, expect, it } from 'vitest';
import { mergeMarks, startMarks } from '../../src/lib/marks';

describe('startMarks', () => {
  it('marks the moment the process began when uptime falls', () => {
    expect(startMarks([100, 101, 110, 111], [500, 501, 2, 3])).toEqual([
      { t: 108, kind: 'start', text: 'Discern started' },
    ]);
  });
  it('marks a start inside what is held', () => {
    expect(startMarks([100, 101], [5, 6])).toHaveLength(1);
    expect(startMarks([100, 101], [5000, 5001])).toHaveLength(0);
  });
  it('looks across a gap', () => {
    expect(startMarks([100, 101, 120], [500, null, 4])).toHaveLength(1);
  });
});

describe('mergeMarks', () => {
  it('tells the same event once, in the words of history, in order of time', () => {
    const recorded = [
      { t: 300, kind: 'reload', text: 'trivia reloaded' },
      { t: 100, kind: 'start', text: 'Discern 0.2 started' },
    ];
    const live = [
      { t: 103, kind: 'start', text: 'Discern started' },
      { t: 200, kind: 'start', text: 'Discern started' },
    ];
    expect(mergeMarks(recorded, live).map((m) => [m.t, m.text])).toEqual([
      [100, 'Discern 0.2 started'],
      [200, 'Discern started'],
      [300, 'trivia reloaded'],
    ]);
  });
  it('keeps a second start that follows within seconds', () => {
    const recorded = [{ t: 100, kind: 'start', text: 'Discern 0.2 started' }];
    const live = [
      { t: 99, kind: 'start', text: 'Discern started' },
      { t: 108, kind: 'start', text: 'Discern started' },
    ];
    expect(mergeMarks(recorded, live).map((m) => m.t)).toEqual([100, 108]);
  });
});
