import { CharacterSet } from "./characterSet";
import { mayBeEmpty, type Repeat, type Syntax } from "./syntax";

/** Instructions of a program at most: repetitions with a count are written out. */
export const MAX_INSTRUCTIONS = 20_000;

/** A regular expression as steps of a machine that remembers nothing but its place and its position. */
export type Instruction =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | Split
  | { readonly kind: "jump"; to: number }
  | { readonly kind: "start" | "end" | "match" }
  | Look;

/** Goes on at either place; `first` is tried first. `at` numbers these. */
interface Split {
  readonly kind: "split";
  first: number;
  second: number;
  readonly at: number;
}

export interface Look {
  readonly kind: "look";
  readonly inside: Program;
  readonly negative: boolean;
}

export interface Program {
  readonly code: readonly Instruction[];
  /** Whether it reads towards the beginning, as what looks behind does. */
  readonly backwards: boolean;
  /** Of `split` instructions. */
  readonly branches: number;
}

/** @throws {Error} for what is too large */
export function programOf(syntax: Syntax): Program {
  return new Compiler(false).program(syntax);
}

class Compiler {
  readonly #code: Instruction[] = [];
  #branches = 0;
  constructor(
    readonly backwards: boolean,
    readonly size = { instructions: 0 },
  ) {}

  program(syntax: Syntax): Program {
    this.#node(syntax);
    this.#add({ kind: "match" });
    return { code: this.#code, backwards: this.backwards, branches: this.#branches };
  }

  #add(instruction: Instruction): void {
    if (++this.size.instructions > MAX_INSTRUCTIONS) throw new Error("its pattern is too large");
    this.#code.push(instruction);
  }

  #split(): Split {
    const split: Split = { kind: "split", first: 0, second: 0, at: this.#branches++ };
    this.#add(split);
    return split;
  }

  #node(node: Syntax): void {
    switch (node.kind) {
      case "set":
        this.#add({ kind: "set", set: CharacterSet.of(node.raw, node.foldsCase) });
        break;
      case "sequence":
        for (const part of this.backwards ? [...node.parts].reverse() : node.parts) this.#node(part);
        break;
      case "either":
        this.#either(node.options);
        break;
      case "repeat":
        this.#repeat(node);
        break;
      case "look": {
        const inside = new Compiler(node.behind, this.size).program(node.inside);
        this.#add({ kind: "look", inside, negative: node.negative });
        break;
      }
      default:
        this.#add({ kind: node.kind });
    }
  }

  #either(options: readonly Syntax[]): void {
    const ends: { to: number }[] = [];
    for (const option of options.slice(0, -1)) {
      const split = this.#split();
      split.first = this.#code.length;
      this.#node(option);
      const end = { kind: "jump" as const, to: 0 };
      this.#add(end);
      ends.push(end);
      split.second = this.#code.length;
    }
    const last = options.at(-1);
    if (last) this.#node(last);
    for (const end of ends) end.to = this.#code.length;
  }

  #repeat({ inside, min, max, greedy }: Repeat): void {
    if (max > min && mayBeEmpty(inside) && takesNothingFirst(inside)) {
      throw new Error("its pattern repeats what would rather be empty, which cannot be bounded");
    }
    for (let count = 0; count < min; count++) this.#node(inside);
    const out: ((place: number) => void)[] = [];
    const enter = () => {
      const split = this.#split();
      const on = this.#code.length;
      out.push((place) => {
        split.first = greedy ? on : place;
        split.second = greedy ? place : on;
      });
    };
    if (max === Number.POSITIVE_INFINITY) {
      const head = this.#code.length;
      enter();
      this.#node(inside);
      this.#add({ kind: "jump", to: head });
    } else {
      for (let count = min; count < max; count++) {
        enter();
        this.#node(inside);
      }
    }
    for (const leave of out) leave(this.#code.length);
  }
}

/**
 * Whether nothing is tried before something. A round that takes nothing is not counted by JavaScript, which would have to be
 * remembered here; where something is tried first it makes no difference.
 */
function takesNothingFirst(node: Syntax): boolean {
  switch (node.kind) {
    case "sequence":
      return node.parts.some(takesNothingFirst);
    case "either":
      return node.options.slice(0, -1).some(mayBeEmpty) || node.options.some(takesNothingFirst);
    case "repeat":
      return (!node.greedy && node.max > node.min) || takesNothingFirst(node.inside);
    default:
      return false;
  }
}
