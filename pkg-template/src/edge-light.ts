// Prepended to the bundle for Next.js's edge runtime, which has Event but no CustomEvent.
class PlainCustomEvent<T> extends Event {
  readonly detail: T;

  constructor(type: string, { detail }: { detail: T }) {
    super(type);
    this.detail = detail;
  }
}

const Found = /* @__PURE__ */ (() => globalThis.CustomEvent ?? PlainCustomEvent)();
export { Found as CustomEvent };
