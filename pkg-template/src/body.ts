// The body of an answer, read no further than any token goes.
import { TokenError } from './error.js';

const LIMIT_KB = 256;

/** The text. `signal` ends it even where the request is not its own, as that of an app's function. */
export async function readBody(response: Response, signal: AbortSignal): Promise<string> {
  if (response.bodyUsed)
    throw new TokenError(
      'ERR_VEND_FUNCTION',
      'expected a Response whose body nobody has read, found one that was read',
    );
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    if (Number(response.headers.get('content-length')) > LIMIT_KB * 1024) throw tooLarge();
    // Not every fetch has streams, and not every engine what decodes them.
    reader = globalThis.TextDecoder && response.body?.getReader?.();
    if (!reader) return bounded(await response.text());
    signal.addEventListener('abort', () => discard(reader), { once: true });
    const decoder = new TextDecoder();
    let text = '';
    for (let size = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      if ((size += value.length) > LIMIT_KB * 1024) throw tooLarge();
      text += decoder.decode(value, { stream: true });
    }
  } catch (cause) {
    discard(reader ?? response.body);
    if (cause instanceof TokenError) throw cause;
    throw new TokenError(
      'ERR_VEND_NETWORK',
      'expected the whole answer of the vending service, found it cut off; see `cause`',
      { cause },
    );
  }
}

/** Lets go of a body that is not wanted, and with it of the connection. */
export function discard(body: { cancel?(): Promise<void> } | null | undefined): void {
  body?.cancel?.().catch(() => {});
}

/** The text, unless it is too long. */
export function bounded(text: string): string {
  if (text.length > LIMIT_KB * 1024) throw tooLarge();
  return text;
}

const tooLarge = (): TokenError =>
  new TokenError(
    'ERR_VEND_TOO_LARGE',
    `expected a token from the vending service, found an answer of more than ${LIMIT_KB} KB; is its URL right?`,
  );
