import { byId } from './dom';
import { controls } from './controls';
import { inspector } from './inspector';
import { keepJournal } from './journal';
import { progressView } from './progress';
import { source } from './source';
import { statusView } from './status';
import { timeline } from './timeline';
import { showToken } from './token-view';

const add = timeline(byId('timeline', HTMLOListElement));
const facts = byId('token', HTMLDListElement);
source.addEventListener('token', ({ detail: token }) => showToken(facts, token));

const views = [keepJournal(source, add), statusView(source), progressView(source)];
const update = () => {
  for (const view of views) view();
};
// Updates are for a countdown, and not at each change of status: most requests are so short that the page would
// flicker.
setInterval(update, 250);
for (const type of ['online', 'offline']) addEventListener(type, update);
update();

controls(source, add);
inspector(source);
