// A list of events, newest first.
import { icon, make } from './dom';
import { clock } from './words';

export type Kind = 'token' | 'failure' | 'warning' | 'you' | 'note';

export interface Entry {
  kind: Kind;
  text: string;
  code?: string;
  /** The consequence, on a separate line. */
  then?: string;
}

/** The maximum number of rows. Older ones are removed. */
const MOST = 50;

/** Returns a function that adds a row at the top. */
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
