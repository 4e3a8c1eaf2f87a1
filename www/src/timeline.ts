// A list of what happened, newest first.
import { icon, make } from './dom';
import { clock } from './words';

export type Kind = 'token' | 'failure' | 'warning' | 'you' | 'note';

export interface Entry {
  kind: Kind;
  text: string;
  code?: string;
  /** What follows from it, on a line of its own. */
  then?: string;
}

/** Older rows fall off the end. */
const MOST = 50;

/** Gives a function that adds a row on top. */
export function timeline(list: HTMLOListElement): (entry: Entry) => void {
  return ({ kind, text, code, then }) => {
    const now = new Date();
    const time = make('time', '', clock(now));
    time.dateTime = now.toISOString();
    const said = make('p', '', ...(code ? [make('code', '', code), ' '] : []), text);
    const row = make(
      'li',
      'entry',
      icon(kind),
      time,
      make('div', '', said, ...(then ? [make('p', 'faint', then)] : [])),
    );
    row.dataset['kind'] = kind;
    list.prepend(row);
    while (list.children.length > MOST) list.lastElementChild?.remove();
  };
}
