/** What a key means. Pure, so that the table of keys can be tested; null when the key belongs to someone else. */

export type Command =
  | { do: 'range'; index: number }
  | { do: 'shift'; direction: -1 | 1 }
  | { do: 'page'; key: string }
  | { do: 'pause' | 'theme' | 'zone' | 'filter' | 'help' | 'back' };

export type Press = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean };

/** `typing`: focus is in a field; `onControl`: on a button or link, where space already means something. */
export function commandFor(e: Press, typing: boolean, onControl: boolean): Command | null {
  if (e.ctrlKey || e.metaKey || e.altKey || typing) return null;
  if (/^[1-6]$/.test(e.key)) return { do: 'range', index: Number(e.key) - 1 };
  if (/^[ocpsed]$/.test(e.key)) return { do: 'page', key: e.key };
  switch (e.key) {
    case '[':
      return { do: 'shift', direction: -1 };
    case ']':
      return { do: 'shift', direction: 1 };
    case ' ':
      return onControl ? null : { do: 'pause' };
    case 't':
      return { do: 'theme' };
    case 'u':
      return { do: 'zone' };
    case '/':
      return { do: 'filter' };
    case '?':
      return { do: 'help' };
    case 'Escape':
      return { do: 'back' };
    default:
      return null;
  }
}
