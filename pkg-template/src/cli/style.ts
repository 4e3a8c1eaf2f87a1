// Colours, on terminals only, and not if NO_COLOR is set.

type Stream = NodeJS.WriteStream;

export function style(stream: Stream): (code: keyof typeof CODES, text: string) => string {
  const colours = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return (code, text) => (colours ? `\u001b[${CODES[code]}m${text}\u001b[0m` : text);
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
