import type { PluginRow, Sentence, Verdict } from '../api/types';
import { timeOfDay, type Zone } from './format';

/** The first line of the Overview. The server decides; the page only knows whether it still hears of it. */

const NO_CONTACT: Verdict = {
  level: 'err',
  sentences: [{ text: 'No contact with Discern', level: 'err', since: null }],
  plugins: 'none known yet',
};

export const verdictOf = (connected: boolean, said: Verdict | null): Verdict | null => (connected ? said : NO_CONTACT);

/** "/flaky of Demonstration: 4 of 9 uses failed in 5 min (44%), since 12:31" */
export const withSince = ({ text, since }: Pick<Sentence, 'text' | 'since'>, zone: Zone) =>
  since === null ? text : `${text}, since ${timeOfDay(since, zone, false)}`;

/** What its tag says. A plugin that runs and fails is no green one. */
export const stateOf = (p: PluginRow) => (p.stuck ? 'stuck' : p.state === 'enabled' && p.health ? 'failing' : p.state);
