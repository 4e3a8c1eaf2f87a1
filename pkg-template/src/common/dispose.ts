/**
 * Lets a `using` declaration end an object.
 *
 * Where the engine lacks `Symbol.dispose`, compiled `using` declarations look for `Symbol.for('Symbol.dispose')`.
 * The method is defined in constructors, because bundlers keep an unused class that has a computed member name.
 */
export const disposes = (object: object, end: () => void): unknown =>
  Object.defineProperty(object, Symbol.dispose ?? Symbol.for('Symbol.dispose'), { value: end });
