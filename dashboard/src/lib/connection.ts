import type { Link } from '../api/live';

/** What the pill says. The age of the data decides, not the socket: a stream that is open and silent is no live page. */
export type Connection = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'disconnected' | 'paused';

const POLL_AGE = 45;
const LIVE_AGE = 4;
const LOST_AGE = 6;

/** `age`: seconds since the newest row, null when there is none yet. */
export function connection(link: Link, age: number | null, paused: boolean): Connection {
  if (age === null) return link === 'reconnecting' ? 'disconnected' : 'connecting';
  if (link === 'connecting') return 'connecting';
  if (age > (link === 'polling' ? POLL_AGE : LOST_AGE)) return 'disconnected';
  if (paused) return 'paused';
  if (link === 'polling') return 'polling';
  return age <= LIVE_AGE ? 'live' : 'reconnecting';
}

export const CONNECTION_WORDS: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  polling: 'Polling every 30 s',
  reconnecting: 'Reconnecting',
  disconnected: 'Disconnected',
  paused: 'Paused',
};
