/**
 * Lets a `using` declaration end an object. Where the engine has no `Symbol.dispose`, compiled declarations look for the symbol of that name.
 *
 * Called in constructors: a bundler keeps a class of which a member is named by an expression, whether or not the class is used.
 */
export const disposes = (object: object, end: () => void): unknown =>
  Object.defineProperty(object, Symbol.dispose ?? Symbol.for('Symbol.dispose'), { value: end });
