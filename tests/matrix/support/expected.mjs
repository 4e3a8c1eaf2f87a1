/** What the scenario comes to, everywhere. */
export const EXPECTED = {
  subject: 'someone',
  says: ['Read all items in cache "chat".'],
  alone: 'someone',
  scope: ['Read items in cache "caché" whose key starts with "user/".'],
  allows: [true, false],
  printed: false,
  refused: 'ERR_TOKEN_MALFORMED',
  vended: ['token-1', 'token-2'],
  warnings: [],
  troubles: [],
};
