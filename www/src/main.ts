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
// Four times a second is enough for a countdown. Not at each change of status as well: a request is over in a moment,
// and a page that blinked at each would look restless.
setInterval(update, 250);
for (const type of ['online', 'offline']) addEventListener(type, update);
update();

controls(source, add);
inspector(source);
