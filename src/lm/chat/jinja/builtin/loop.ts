import type { Budget } from "../budget";
import { bind } from "../values/call";
import { equal } from "../values/operators";
import { type Arguments, Callable, Instance, type List, orElse, Tuple, Undefined, type Value } from "../values/values";

/** Source: jinja2/runtime.py, `LoopContext`. */
export class Loop {
  index0 = 0;
  #last: Value | undefined;
  readonly value: Instance;

  /**
   * @param depth0 loops around it that call themselves
   * @param again renders the body for other items; undefined where the loop is not recursive
   */
  constructor(
    readonly items: List,
    readonly depth0: number,
    readonly budget: Budget,
    again: ((items: Value) => string) | undefined,
  ) {
    const call = (given: Arguments) => {
      if (!again) throw new Error("The loop must have the 'recursive' marker to be called recursively.");
      const [inner = null] = bind("loop", given, ["iterable"]);
      return again(inner);
    };
    this.value = new Instance("LoopContext", (name) => this.#attribute(name), call);
  }

  #attribute(name: string): Value | undefined {
    const { index0, items } = this;
    switch (name) {
      case "index":
        return index0 + 1;
      case "index0":
        return index0;
      case "revindex":
        return items.length - index0;
      case "revindex0":
        return items.length - index0 - 1;
      case "first":
        return index0 === 0;
      case "last":
        return index0 === items.length - 1;
      case "length":
        return items.length;
      case "depth":
        return this.depth0 + 1;
      case "depth0":
        return this.depth0;
      case "previtem":
        return orElse(items[index0 - 1], () => new Undefined("there is no previous item"));
      case "nextitem":
        return orElse(items[index0 + 1], () => new Undefined("there is no next item"));
      case "cycle":
        return new Callable(name, ({ positional }) => {
          if (positional.length === 0) throw new Error("no items for cycling given");
          return positional[index0 % positional.length] ?? null;
        });
      case "changed":
        return new Callable(name, ({ positional }) => this.#changed(new Tuple(positional)));
      default:
        return undefined;
    }
  }

  #changed(value: Tuple): boolean {
    const same = this.#last !== undefined && equal(this.#last, value, this.budget);
    this.#last = value;
    return !same;
  }
}
