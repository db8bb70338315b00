import { isCollection, isMap, isNode, isPair, isScalar, isSeq, type YAMLMap } from "yaml";
import { inWords } from "../../base/inWords";
import type { CodeOf } from "../../base/sentences";
import { ProblemList } from "../problems/fewProblems";
import { changeTo } from "../problems/fixes";
import type { Circumstances, CodeAndFacts, Problem, TextSpan } from "../problems/problem";
import { readingProblem, type textSentences } from "../problems/reading";
import { nearest } from "./nearest";
import { plainScalar } from "./plainScalar";
import type { Syntax } from "./syntax";

/** A value of a mapping, with its key's place. */
export interface Field {
  readonly key: string;
  readonly keySpan: TextSpan;
  /** Of the key, which a recipe may have written as a number. */
  readonly keyNode: unknown;
  readonly node: unknown;
}

/** A mapping's values by key. */
export type Fields = ReadonlyMap<string, Field>;

/**
 * Entries of mappings and lists read in one recipe, merge keys and aliases unfolded: beyond any real recipe, far below what
 * hostile ones multiply to.
 */
export const MAX_ENTRIES = 100_000;
/** Merge keys inside merged mappings. */
const MAX_MERGE_DEPTH = 16;

type ReadingCode = CodeOf<typeof textSentences>;
type Parts<C extends ReadingCode> = CodeAndFacts<typeof textSentences, C> & Omit<Circumstances, "severity">;

/**
 * Reads YAML nodes with the types and the laxness of mergekit's schema, and collects what is wrong instead of throwing.
 * Its vocabulary is that of the recipe: mappings with known keys, lists, names, numbers.
 */
export class Reader {
  readonly #problems = new ProblemList();
  #entries = 0;

  constructor(
    readonly syntax: Syntax,
    readonly text: string,
    /** The models that are at hand, by what a recipe may call them. */
    readonly known: (name: string) => string | undefined = () => undefined,
  ) {}

  /** What was found wrong so far. */
  get problems(): readonly Problem[] {
    return this.#problems.all();
  }

  error<C extends ReadingCode>(parts: Parts<C>): undefined {
    return this.#add(readingProblem({ ...parts, severity: "error" }));
  }

  warn<C extends ReadingCode>(parts: Parts<C>): undefined {
    return this.#add(readingProblem({ ...parts, severity: "warning" }));
  }

  note<C extends ReadingCode>(parts: Parts<C>): undefined {
    return this.#add(readingProblem({ ...parts, severity: "note" }));
  }

  /** What is wrong with the part that was still read would be said of what was not. */
  #add(problem: Problem): undefined {
    if (this.#entries <= MAX_ENTRIES) this.#problems.add(problem);
    return undefined;
  }

  /** Place of a node as written: of the alias, not of what it stands for. */
  span(node: unknown, otherwise?: TextSpan): TextSpan {
    const range = hasRange(node) ? node.range : undefined;
    if (range) return this.syntax.span(range[0], range[1]);
    return otherwise ?? this.syntax.span(0, 0);
  }

  /**
   * A mapping's fields: merge keys (`<<`) unfolded beneath its own keys, the last of equal keys kept, unknown keys left
   * out with a warning. `where` names the mapping in sentences ("a source"). No `known`: any key will do.
   */
  mapping(node: unknown, where: string, known?: readonly string[], at?: TextSpan): Map<string, Field> | undefined {
    const target = this.syntax.follow(node);
    if (!isMap(target)) {
      return this.error({
        code: "recipe/type",
        facts: { where, expected: "mapping", found: nameOf(target) },
        span: this.span(node, at),
      });
    }
    const fields = new Map<string, Field>();
    this.#collect(target, fields, 0);
    if (known) this.dropUnknown(fields, where, known);
    return fields;
  }

  /** A list's items; `undefined` with a problem when it is none. */
  list(node: unknown, where: string, at: TextSpan): readonly unknown[] | undefined {
    const target = this.syntax.follow(node);
    if (isSeq(target)) return this.#count(target.items.length, node, at) ? target.items : [];
    return this.error({
      code: "recipe/type",
      facts: { where, expected: "list", found: nameOf(target) },
      span: this.span(node, at),
    });
  }

  /** Text. Numbers and booleans are refused: a model named `1234` must be quoted. */
  string(node: unknown, where: string, at: TextSpan): string | undefined {
    const value = this.scalar(node);
    if (typeof value === "string") return value;
    return this.error({
      code: "recipe/type",
      facts: { where, expected: "text", found: nameOf(this.syntax.follow(node)) },
      span: this.span(node, at),
    });
  }

  /** A number, a boolean (1 or 0) or text that spells a number. `undefined` without a problem when it is none of these. */
  number(node: unknown): number | undefined {
    const value = this.scalar(node);
    if (typeof value === "boolean") return value ? 1 : 0;
    if (typeof value === "number") return value;
    if (typeof value !== "string") return undefined;
    const spelled = value.trim().replace(/(?<=\d)_(?=\d)/g, "");
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(spelled) ? Number(spelled) : undefined;
  }

  /** A scalar's value as mergekit's loader reads it; a list or mapping itself. */
  scalar(node: unknown): unknown {
    const target = this.syntax.follow(node);
    if (!isScalar(target)) return target === null || target === undefined ? null : target;
    const resolves = target.type === "PLAIN" && target.tag === undefined && !(target.value instanceof Date);
    return resolves ? plainScalar(target.source ?? "") : target.value;
  }

  /** A value in a sentence, in at most `length` characters: a scalar as it is read, a list or mapping by its kind. */
  shown(node: unknown, length: number): string {
    const value = this.scalar(node);
    if (value === null || isCollection(value)) return nameOf(value);
    return typeof value === "string" ? `"${value.slice(0, length)}"` : inWords(value);
  }

  isNull(node: unknown): boolean {
    return this.scalar(node) === null;
  }

  /** A field that is there and not null: `dtype:` with nothing after it says nothing. */
  present(fields: Fields, key: string): Field | undefined {
    const field = fields.get(key);
    return field && !this.isNull(field.node) ? field : undefined;
  }

  /** Whether a list or mapping has no entry. */
  isEmpty(node: unknown): boolean {
    const target = this.syntax.follow(node);
    return isCollection(target) && target.items.length === 0;
  }

  isMapping(node: unknown): boolean {
    return isMap(this.syntax.follow(node));
  }

  isList(node: unknown): boolean {
    return isSeq(this.syntax.follow(node));
  }

  /** Whether so many more may be read. Said once; what comes after is not looked at. */
  #count(entries: number, node: unknown, at?: TextSpan): boolean {
    if (this.#entries + entries <= MAX_ENTRIES) {
      this.#entries += entries;
      return true;
    }
    if (this.#entries <= MAX_ENTRIES) {
      this.error({
        code: "recipe/too-many-entries",
        facts: { limit: MAX_ENTRIES },
        span: this.span(node, at),
      });
      this.#entries = Number.POSITIVE_INFINITY;
    }
    return false;
  }

  #collect(map: YAMLMap, into: Map<string, Field>, depth: number): void {
    if (!this.#count(map.items.length, map)) return;
    const own = new Map<string, Field>();
    const merged: unknown[] = [];
    for (const pair of map.items) {
      if (!isPair(pair)) continue;
      const keySpan = this.span(pair.key);
      const keyNode = this.syntax.follow(pair.key);
      if (isScalar(keyNode) && isMergeKey(keyNode.value)) {
        merged.push(pair.value);
        continue;
      }
      const key = keyText(keyNode);
      if (own.has(key)) {
        this.warn({
          code: "recipe/duplicate-key",
          facts: { key },
          span: own.get(key)?.keySpan ?? keySpan,
        });
      }
      own.set(key, { key, keySpan, keyNode, node: pair.value });
    }
    for (const [key, field] of own) if (!into.has(key)) into.set(key, field);
    for (const source of merged) this.#merge(source, into, depth + 1);
  }

  /** `<<: *a` or `<<: [*a, *b]`: earlier ones win over later ones. */
  #merge(node: unknown, into: Map<string, Field>, depth: number): void {
    const target = this.syntax.follow(node);
    if (isSeq(target) && !this.#count(target.items.length, node)) return;
    const sources = isSeq(target) ? target.items.map((item) => this.syntax.follow(item)) : [target];
    for (const source of sources) {
      if (isMap(source) && depth <= MAX_MERGE_DEPTH) this.#collect(source, into, depth);
      else {
        this.error({
          code: "recipe/merge-key",
          facts: { found: nameOf(source) },
          span: this.span(node),
        });
      }
    }
  }

  /** Warns of keys that a mapping does not have and takes them out. */
  dropUnknown(fields: Map<string, Field>, where: string, known: readonly string[]): void {
    for (const [key, { keySpan, node }] of fields) {
      if (known.includes(key)) continue;
      fields.delete(key);
      if (isNode(node) && node.anchor) continue; // there for its aliases
      const meant = nearest(
        key,
        known.filter((candidate) => !fields.has(candidate)),
      );
      this.warn({
        code: "recipe/unknown-key",
        facts: { key, where, known: known.join(", "), meant },
        span: keySpan,
        fix: meant === undefined ? undefined : changeTo(meant, keySpan),
      });
    }
  }
}

/** What a node is, in a person's words: "the number 3", "a list", "nothing". */
export function nameOf(node: unknown): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  const value: unknown = isScalar(node) ? node.value : node;
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return `the boolean ${value}`;
  if (typeof value === "string") return value === "" ? "empty text" : `the text "${short(value)}"`;
  return value instanceof Date ? "a date" : "something else";
}

/** Text from outside, short enough for a sentence. */
function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function keyText(key: unknown): string {
  if (!isScalar(key)) return isMap(key) || isSeq(key) ? nameOf(key) : inWords(key);
  return typeof key.value === "string" ? key.value : (key.source ?? inWords(key.value));
}

function isMergeKey(value: unknown): boolean {
  return typeof value === "symbol" && value.description === "<<";
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}
