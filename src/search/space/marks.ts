import { isMap, isSeq } from "yaml";
import type { CodeOf, FactsAfter } from "../../base/sentences";
import { type Problem, placed, type TextSpan } from "../../recipe/problems/problem";
import type { Path, Value } from "../../recipe/text/edit/editText";
import { type Field, type Fields, Reader } from "../../recipe/text/reader";
import { readSyntax } from "../../recipe/text/syntax";
import { studySaid, type studySentences } from "../problems";
import type { Parameter, Space } from "./space";

/** A place of a recipe that takes the value of a parameter, or a gradient of several. */
export interface Hole {
  readonly path: Path;
  /** Numbers of the parameters. */
  readonly parameters: readonly number[];
  /** Whether a list is written, even of one. */
  readonly list: boolean;
}

/** A recipe with marks, as a space and the places where its values go. */
export interface Marked {
  readonly space: Space;
  readonly holes: readonly Hole[];
  /** What the choices of each parameter are; none where it is a number. */
  readonly choices: readonly (readonly Value[])[];
  /** What each parameter was before it was marked, where that is said; of a choice its number. */
  readonly now: readonly (number | undefined)[];
  readonly problems: readonly Problem[];
}

type StudyCode = CodeOf<typeof studySentences>;

/** Control points that a mark may ask for. */
const MAX_POINTS = 100;
/** Choices, and whole numbers of a range, that are more than anybody searches. */
const MAX_CHOICES = 1000;

/**
 * Finds what is marked in a recipe: `{search: [low, high], log, int, points, name, when}` and `{choices: […], name, when}`. Marks of one name,
 * and aliases of one mark, are one parameter.
 */
export function readMarks(text: string): Marked {
  const syntax = readSyntax(text);
  const reader = new Reader(syntax, text);
  const finder = new MarkFinder(reader);
  if (syntax.document) finder.walk(syntax.document.contents, []);
  if (syntax.document && finder.space.length === 0 && finder.problems.length === 0) {
    finder.problems.push(placed(studySaid("study/no-marks"), { severity: "error", span: syntax.span(0, 0) }));
  }
  return {
    space: finder.space,
    holes: finder.holes,
    choices: finder.choices,
    now: finder.now,
    problems: [...syntax.problems, ...reader.problems, ...finder.problems],
  };
}

class MarkFinder {
  readonly space: Parameter[] = [];
  readonly holes: Hole[] = [];
  readonly choices: (readonly Value[])[] = [];
  readonly now: (number | undefined)[] = [];
  readonly problems: Problem[] = [];
  readonly #known = new Map<unknown, readonly number[]>();

  constructor(private readonly reader: Reader) {}

  walk(node: unknown, path: Path): void {
    const target = this.reader.syntax.follow(node);
    if (isSeq(target)) {
      for (const [at, item] of target.items.entries()) this.walk(item, [...path, at]);
      return;
    }
    if (!isMap(target)) return;
    const fields = this.reader.mapping(target, "a mapping");
    if (!fields) return;
    if (path.length > 0 && (fields.has("search") || fields.has("choices"))) {
      this.#mark(target, fields, path, this.reader.span(node));
      return;
    }
    for (const [key, field] of fields) this.walk(field.node, [...path, key]);
  }

  #mark(target: unknown, fields: Fields, path: Path, span: TextSpan): void {
    const known = this.#known.get(target);
    const list = fields.has("points");
    const parameters = known ?? this.#parameters(fields, path, span);
    if (!parameters) return;
    this.#known.set(target, parameters);
    this.holes.push({ path, parameters, list });
  }

  #parameters(fields: Fields, path: Path, span: TextSpan): readonly number[] | undefined {
    const isChoice = fields.has("choices");
    const known = new Map(fields);
    this.reader.dropUnknown(
      known,
      "a mark",
      isChoice ? ["choices", "now", "name", "when"] : ["search", "log", "int", "points", "now", "name", "when"],
    );
    if (isChoice && fields.has("search")) return this.#wrong("study/mixed-mark", span);
    const given = fields.get("name");
    const name = given ? this.reader.string(given.node, "`name`", given.keySpan) : nameOfPath(path, this.reader);
    if (name === undefined) return undefined;
    const whenField = fields.get("when");
    const when = whenField ? this.#when(whenField) : undefined;
    if (whenField && !when) return undefined;
    const condition = when ? { when } : {};
    if (isChoice) {
      const values = this.#choiceValues(fields.get("choices"), span);
      if (!values) return undefined;
      const now = this.#nowOf(
        fields.get("now"),
        (value) => values.findIndex((choice) => same(choice, value)),
        values.length - 1,
      );
      if (now === "wrong") return undefined;
      return this.#add(
        [{ kind: "choice", name, choices: values.length, ...condition }],
        { values, now },
        span,
        given !== undefined,
      );
    }
    const range = this.#range(fields, span);
    if (!range) return undefined;
    const points = this.#points(fields.get("points"));
    if (points === undefined) return undefined;
    const named = (k: number) => (points === 0 ? name : `${name}[${k}]`);
    const made = Array.from(
      { length: Math.max(1, points) },
      (_, k): Parameter => ({ ...range, name: named(k), ...condition }),
    );
    const now = this.#nowOf(fields.get("now"), Number, range.high, range.low);
    if (now === "wrong") return undefined;
    return this.#add(made, { values: [], now }, span, given !== undefined);
  }

  /** Parameters of one name are one; a name that nobody gave gets a number where it is taken. */
  #add(
    made: readonly Parameter[],
    { values, now }: { readonly values: readonly Value[]; readonly now: number | undefined },
    span: TextSpan,
    given: boolean,
  ): readonly number[] | undefined {
    const numbers: number[] = [];
    for (const parameter of made) {
      const at = this.space.findIndex(({ name }) => name === parameter.name);
      if (at >= 0 && given) {
        if (!same(this.space[at], parameter) || !same(this.choices[at], values)) {
          return this.#wrong("study/same-name", span, { name: parameter.name });
        }
        numbers.push(at);
        continue;
      }
      let name = parameter.name;
      for (let k = 2; this.space.some((other) => other.name === name); k++) name = `${parameter.name} (${k})`;
      numbers.push(this.space.push({ ...parameter, name }) - 1);
      this.choices.push(values);
      this.now.push(now);
    }
    return numbers;
  }

  /** What it was before it was marked. */
  #nowOf(
    field: Field | undefined,
    numberOf: (value: Value) => number,
    most: number,
    least = 0,
  ): number | undefined | "wrong" {
    if (!field) return undefined;
    const number = numberOf(plain(this.reader, field.node));
    if (number >= least && number <= most) return number;
    const facts = {
      key: "now",
      found: this.reader.shown(field.node, 60),
      expected: "one of the values that are searched",
    };
    this.#wrong("study/value", this.reader.span(field.node, field.keySpan), facts);
    return "wrong";
  }

  #range(fields: Fields, span: TextSpan) {
    const field = fields.get("search");
    const items = field && this.reader.list(field.node, "`search`", field.keySpan);
    if (!field || !items) return undefined;
    const [low, high] = items.map((item) => this.reader.number(item));
    const at = this.reader.span(field.node, field.keySpan);
    if (
      items.length !== 2 ||
      low === undefined ||
      high === undefined ||
      !Number.isFinite(low) ||
      !Number.isFinite(high)
    ) {
      return this.#value("search", this.reader.shown(field.node, 60), "two numbers, such as [0, 1.5]", at);
    }
    const log = this.#flag(fields.get("log"));
    const int = this.#flag(fields.get("int"));
    if (log === undefined || int === undefined) return undefined;
    if (!(low < high)) return this.#wrong("study/range", at, { low, high });
    if (log && low <= 0) return this.#wrong("study/log-range", at, { low });
    if (int && !(Number.isInteger(low) && Number.isInteger(high)))
      return this.#wrong("study/int-range", at, { low, high });
    if (int && high - low >= MAX_CHOICES)
      return this.#value("search", `${high - low + 1} values`, `at most ${MAX_CHOICES} whole numbers`, span);
    return { kind: int ? ("int" as const) : ("float" as const), low, high, log };
  }

  #flag(field: Field | undefined): boolean | undefined {
    if (!field) return false;
    const value = this.reader.scalar(field.node);
    if (typeof value === "boolean") return value;
    return this.#value(
      field.key,
      this.reader.shown(field.node, 60),
      "true or false",
      this.reader.span(field.node, field.keySpan),
    );
  }

  #points(field: Field | undefined): number | undefined {
    if (!field) return 0;
    const value = this.reader.number(field.node);
    if (value !== undefined && Number.isInteger(value) && value >= 1 && value <= MAX_POINTS) return value;
    return this.#value(
      "points",
      this.reader.shown(field.node, 60),
      `a whole number from 1 to ${MAX_POINTS}`,
      this.reader.span(field.node, field.keySpan),
    );
  }

  #choiceValues(field: Field | undefined, span: TextSpan): readonly Value[] | undefined {
    const items = field && this.reader.list(field.node, "`choices`", field.keySpan);
    if (!items) return undefined;
    const values = items.map((item) => plain(this.reader, item));
    if (values.length >= 2 && values.length <= MAX_CHOICES) return values;
    return this.#value("choices", `a list of ${values.length}`, "a list of two values or more", span);
  }

  /** `when: {merge_method: [ties, dare_ties]}`: one parameter, and what it must be. */
  #when(field: Field): Parameter["when"] | undefined {
    const entries = this.reader.mapping(field.node, "`when`", undefined, field.keySpan);
    const [entry, ...others] = entries ?? [];
    const span = this.reader.span(field.node, field.keySpan);
    if (!entry || others.length > 0) {
      return this.#value(
        "when",
        this.reader.shown(field.node, 60),
        "one parameter and its values, such as {merge_method: [ties]}",
        span,
      );
    }
    const [name, { node }] = entry;
    const at = this.space.findIndex((parameter) => parameter.name === name);
    const parameter = this.space[at];
    if (!parameter) {
      const known = this.space.map((each) => each.name).join(", ");
      return this.#wrong("study/unknown-condition", span, { name, known: known === "" ? "none" : known });
    }
    const target = this.reader.syntax.follow(node);
    const asked = (isSeq(target) ? target.items : [node]).map((item) => plain(this.reader, item));
    const choices = this.choices[at] ?? [];
    const values: number[] = [];
    for (const value of asked) {
      const number = parameter.kind === "choice" ? choices.findIndex((choice) => same(choice, value)) : Number(value);
      const [low, high] = parameter.kind === "choice" ? [0, choices.length - 1] : [parameter.low, parameter.high];
      if (!(number >= low && number <= high)) {
        const known =
          parameter.kind === "choice"
            ? choices.map((choice) => JSON.stringify(choice)).join(", ")
            : `${low} to ${high}`;
        return this.#wrong("study/unknown-value", span, { name, value: JSON.stringify(value), known });
      }
      values.push(number);
    }
    return { parameter: at, values };
  }

  #value(key: string, found: string, expected: string, span: TextSpan): undefined {
    return this.#wrong("study/value", span, { key, found, expected });
  }

  #wrong<C extends StudyCode>(code: C, span: TextSpan, ...facts: FactsAfter<typeof studySentences, C>): undefined {
    this.problems.push(placed(studySaid(code, ...facts), { severity: "error", span }));
    return undefined;
  }
}

function plain(reader: Reader, node: unknown): Value {
  const target = reader.syntax.follow(node);
  if (isSeq(target)) return target.items.map((item) => plain(reader, item));
  if (isMap(target)) {
    const fields = reader.mapping(target, "a choice");
    return Object.fromEntries([...(fields ?? [])].map(([key, field]) => [key, plain(reader, field.node)]));
  }
  const value = reader.scalar(target);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Keys that say where something stands and not what it is. */
const UNSAID: readonly string[] = ["models", "slices", "sources", "parameters", "value"];

/** What is at `models.0.parameters.weight` is called after its model: llama-ja.weight. */
function nameOfPath(path: Path, reader: Reader): string {
  const words: string[] = [];
  let node: unknown = reader.syntax.document?.contents;
  let before = "";
  for (const key of path) {
    const target = reader.syntax.follow(node);
    if (isSeq(target) && typeof key === "number") {
      node = target.items[key];
      const item = reader.syntax.follow(node);
      const called = isMap(item) ? (item.get("model") ?? item.get("filter")) : undefined;
      if (typeof called === "string") words.push(called.split("/").at(-1) ?? called);
      else words.push(`${before === words.at(-1) ? (words.pop() ?? "") : before}[${key}]`);
      continue;
    }
    before = String(key);
    node = isMap(target) ? reader.mapping(target, "a mapping")?.get(before)?.node : undefined;
    if (!UNSAID.includes(before)) words.push(before);
  }
  return words.join(".");
}
