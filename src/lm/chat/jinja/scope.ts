import type { Value } from "./values/values";

/** Names of a block and of those around it. */
export class Scope {
  readonly #names = new Map<string, Value>();
  constructor(readonly parent?: Scope) {}
  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }
  get(name: string): Value | undefined {
    const own = this.#names.get(name);
    return own === undefined ? this.parent?.get(name) : own; // None is a value
  }
}
