import type { Zone } from '../lib/format';
import type { Theme } from '../lib/palette';
import { isPresetKey, type PresetKey } from '../lib/range';

/** What a viewer chose, remembered by this browser only. src/theme.js reads the theme before the first paint. */

export type ThemeChoice = 'auto' | 'light' | 'dark';

// Storage may be forbidden (private windows, policies): then choices last as long as the page.
function read(key: string): string | null {
  try {
    return localStorage.getItem(`discern.${key}`);
  } catch {
    return null;
  }
}
function write(key: string, value: string) {
  try {
    localStorage.setItem(`discern.${key}`, value);
  } catch {
    /* see above */
  }
}

const THEMES: ThemeChoice[] = ['auto', 'light', 'dark'];

class Prefs {
  private chosen = $state<ThemeChoice>(THEMES.find((t) => t === read('theme')) ?? 'auto');
  private systemDark = $state(false);
  private chosenZone = $state<Zone>(read('zone') === 'utc' ? 'utc' : 'local');

  constructor() {
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.systemDark = query.matches;
    query.addEventListener('change', () => (this.systemDark = query.matches));
  }

  get theme(): Theme {
    return this.chosen === 'auto' ? (this.systemDark ? 'dark' : 'light') : this.chosen;
  }
  get themeChoice(): ThemeChoice {
    return this.chosen;
  }
  get nextTheme(): ThemeChoice {
    return THEMES[(THEMES.indexOf(this.chosen) + 1) % THEMES.length]!;
  }
  cycleTheme() {
    this.chosen = this.nextTheme;
    write('theme', this.chosen);
  }

  get zone(): Zone {
    return this.chosenZone;
  }
  toggleZone() {
    this.chosenZone = this.chosenZone === 'utc' ? 'local' : 'utc';
    write('zone', this.chosenZone);
  }

  get range(): PresetKey {
    const key = read('range');
    return isPresetKey(key) ? key : '15m';
  }
  set range(key: PresetKey) {
    write('range', key);
  }
}

export const prefs = new Prefs();
