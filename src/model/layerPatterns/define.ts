import { own } from "../../base/own";
import { architectureNames } from "../config";
import type { JsonObject } from "../model";

/** What a layer is in one respect: `sliding_attention`, `sparse`, `mamba`. */
export type Kind = string;

/** A rule by which a config says what each layer is. */
export interface LayerPattern {
  /** The key that sentences name. */
  readonly key: string;
  /** Lists that `write` sets: nothing else may follow the slices there. */
  readonly lists: readonly string[];
  /** What a layer is where a config says nothing. */
  readonly plain: Kind;
  /** The kind of each layer; `undefined` where a config has no such rule. */
  kinds(config: PatternConfig): readonly Kind[] | undefined;
  /**
   * Values of keys that give each layer of `config` its kind; `undefined` where no keys of its architecture can. Absent: they
   * never can.
   */
  write?(kinds: readonly Kind[], config: PatternConfig): Readonly<Record<string, unknown>> | undefined;
  /** Whether a layer of one kind still runs as the other: another view of the text, but the same tensors. */
  runsAs(kind: Kind, other: Kind): boolean;
}

/** A `config.json`, or its part about the text model, as rules read it. `null` counts as absent. */
export class PatternConfig {
  readonly #families: ReadonlySet<string>;

  /**
   * @param values the object that holds the number of layers
   * @param root all of `config.json`
   * @param depth number of layers
   */
  constructor(
    readonly values: JsonObject,
    root: JsonObject,
    readonly depth: number,
  ) {
    const types = [values.model_type, root.model_type].filter((type) => typeof type === "string");
    const stems = architectureNames(root).map((name) => name.replace(/(For[A-Z]\w*|LMHeadModel|Model)$/, ""));
    this.#families = new Set([...types, ...stems].map((name) => name.toLowerCase().replace(/_text$|_/g, "")));
  }

  /** Whether it is of one of these families: `gemma3` for `gemma3_text` and `Gemma3ForCausalLM`. */
  is(...families: readonly string[]): boolean {
    return this.isOneOf(families);
  }

  isOneOf(families: readonly string[]): boolean {
    return families.some((family) => this.#families.has(family));
  }

  has(key: string): boolean {
    return this.value(key) !== undefined;
  }

  value(key: string): unknown {
    return own(this.values, key) ?? undefined;
  }

  number(key: string): number | undefined {
    const value = this.value(key);
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  }

  /** A whole number from 1. */
  count(key: string, fallback: number): number {
    const value = this.number(key);
    return value !== undefined && Number.isSafeInteger(value) && value >= 1 ? value : fallback;
  }

  /** A list with an entry for each layer; entries behind the last one belong to modules behind the stack. */
  perLayer(key: string): readonly unknown[] | undefined {
    const value = this.value(key);
    return Array.isArray(value) && value.length === this.depth && this.depth > 0 ? value : undefined;
  }

  /** A list of layers by number. */
  layers(key: string): ReadonlySet<number> | undefined {
    const value = this.value(key);
    if (!Array.isArray(value)) return undefined;
    return value.every((layer) => Number.isSafeInteger(layer)) ? new Set(value) : undefined;
  }

  /** The kind of each layer by a rule. */
  each(rule: (layer: number) => Kind): readonly Kind[] {
    return Array.from({ length: this.depth }, (_, layer) => rule(layer));
  }
}

/** Numbers of the layers of a kind. */
export function layersOf(kinds: readonly Kind[], kind: Kind): number[] {
  return kinds.flatMap((each, layer) => (each === kind ? layer : []));
}

export function sameKinds(a: readonly Kind[], b: readonly Kind[]): boolean {
  return a.length === b.length && a.every((kind, layer) => kind === b[layer]);
}
