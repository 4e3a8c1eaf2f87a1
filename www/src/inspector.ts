// Decodes a pasted credential in the page.
import { decodeToken, TokenError, type Token, type TokenSource } from 'momento-token-wasm';
import { byId, icon, make } from './dom';
import { showToken } from './token-view';
import { clock } from './words';

export function inspector(source: TokenSource): void {
  const field = byId('credential', HTMLTextAreaElement);
  const verdict = byId('verdict', HTMLElement);
  const facts = byId('inspected', HTMLDListElement);

  const say = (mood: string, ...words: (Node | string)[]) => {
    verdict.dataset['mood'] = mood;
    verdict.replaceChildren(icon(mood), make('p', '', ...words));
    facts.replaceChildren();
  };

  const inspect = (credential: string, what: string) => {
    let token: Token;
    try {
      token = decodeToken(credential);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      return say('bad', make('code', '', error.code), ` ${error.message}`);
    }
    const expired = token.isExpired();
    const state = expired ? 'It has expired' : 'It has not expired';
    say(expired ? 'wait' : 'good', `${what}, read at ${clock(Date.now())}. ${state}; its signature is not checked.`);
    showToken(facts, token);
  };

  const clear = () => {
    field.value = '';
    say('none', 'Nothing to read yet.');
  };

  field.addEventListener('input', () => {
    if (field.value.trim() === '') clear();
    else inspect(field.value, 'What you pasted');
  });
  byId('inspect-clear', HTMLButtonElement).addEventListener('click', () => {
    clear();
    field.focus();
  });
  byId('inspect-sample', HTMLButtonElement).addEventListener('click', () => {
    clear();
    const token = source.current;
    if (token) inspect(token.reveal('envelope'), 'The live token');
    else say('wait', 'There is no live token at the moment.');
  });
}
