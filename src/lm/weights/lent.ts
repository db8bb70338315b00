import { append } from "../../base/lists";
/**
 * Disposables that belong together: disposed together, last first. What `DisposableStack` does where a browser has it.
 *
 * While several are being made, `using lent = new Lent()` disposes them when one fails; `lent.keep()` hands them on when all are there.
 */
export class Lent implements Disposable {
  readonly #held: Disposable[] = [];

  add<T extends Disposable>(made: T): T {
    this.#held.push(made);
    return made;
  }

  /** All of them under a new owner; this one has none left. */
  keep(): Lent {
    const owner = new Lent();
    append(owner.#held, this.#held.splice(0));
    return owner;
  }

  [Symbol.dispose](): void {
    for (const held of this.#held.splice(0).reverse()) held[Symbol.dispose]();
  }
}
