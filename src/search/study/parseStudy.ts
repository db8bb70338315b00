import { isMap } from "yaml";
import type { CodeOf, FactsAfter } from "../../base/sentences";
import type { AnswerMatch } from "../../eval/types";
import { type Problem, placed, type TextSpan } from "../../recipe/problems/problem";
import { type Field, type Fields, Reader } from "../../recipe/text/reader";
import { readSyntax } from "../../recipe/text/syntax";
import { studySaid, type studySentences } from "../problems";
import { SAMPLERS } from "../samplers/registry";
import type { SamplerFactory, SamplerSettings } from "../samplers/sampler";
import { STUDY_MEASURES, type StudyMeasure } from "../scoring/measures";
import type { Aim, Constraint, Objective, Shares, Study } from "./study";

/** Where the recipe of a study is. */
export type RecipePlace =
  /** In the study: its text, every line and column where the study has it, less the indentation. */
  | { readonly kind: "text"; readonly text: string; readonly indent: number }
  | { readonly kind: "file"; readonly path: string; readonly span: TextSpan };

/** A study as far as it could be read. */
export interface ParsedStudy {
  readonly study?: Study;
  readonly recipe?: RecipePlace;
  readonly problems: readonly Problem[];
}

const KEYS = ["recipe", "objectives", "constraints", "combine", "sampler", "trials", "seed", "split", "top"];
const AIM_KEYS = ["measure", "prompts", "name", "base", "max_tokens", "match"];
const MAX_TRIALS = 1_000_000;
const MAX_SEED = 2 ** 32 - 1;
const MAX_ANSWER = 100_000;
const DEFAULT_ANSWER = 32;
/** Half of the prompts decide, a quarter chooses among the best, a quarter tells what came of it. */
const DEFAULT_SPLIT: Shares = { search: 2, validation: 1, test: 1 };
const DEFAULT_TOP = 5;

/** What a person may set of a sampler: least, most, and whether it is a whole number. */
const SETTINGS: Readonly<Record<keyof SamplerSettings, readonly [number, number, boolean] | "switch">> = {
  population: [2, 10_000, true],
  sigma: [1e-6, 10, false],
  restarts: [0, 100, true],
  startup: [1, 10_000, true],
  multivariate: "switch",
  levels: [2, 10_000, true],
};

/** Reads a study: structure alone; its recipe, prompts and models are others' business. Never throws. */
export function parseStudy(text: string): ParsedStudy {
  const syntax = readSyntax(text);
  if (!syntax.document) return { problems: syntax.problems };
  const reader = new Reader(syntax, text);
  const parser = new StudyParser(reader);
  if (reader.isNull(syntax.document.contents)) {
    parser.wrong("study/empty", syntax.span(0, 0));
    return { problems: parser.problems };
  }
  const fields = reader.mapping(syntax.document.contents, "a study", KEYS);
  const study = fields && parser.study(fields);
  const recipe = fields && parser.recipe(fields, text);
  const problems = [...reader.problems, ...parser.problems];
  return { problems, ...(study ? { study } : {}), ...(recipe ? { recipe } : {}) };
}

/** Aims that are not the same have names that are not. */
function distinctNames(aims: readonly Aim[]): readonly string[] {
  const taken = new Map<string, string>();
  return aims.map(({ name, measure, prompts, base, maxTokens, match }) => {
    const what = JSON.stringify([measure.id, prompts, base, maxTokens, match]);
    let free = name;
    for (let k = 2; (taken.get(free) ?? what) !== what; k++) free = `${name} (${k})`;
    taken.set(free, what);
    return free;
  });
}

class StudyParser {
  readonly problems: Problem[] = [];

  constructor(private readonly reader: Reader) {}

  wrong<C extends CodeOf<typeof studySentences>>(
    code: C,
    span: TextSpan,
    ...facts: FactsAfter<typeof studySentences, C>
  ): undefined {
    this.problems.push(placed(studySaid(code, ...facts), { severity: "error", span }));
    return undefined;
  }

  recipe(fields: Fields, text: string): RecipePlace | undefined {
    const field = this.#required(fields, "recipe", "The study");
    if (!field) return undefined;
    const span = this.reader.span(field.node, field.keySpan);
    const node = this.reader.syntax.follow(field.node);
    if (!isMap(node)) {
      const path = this.reader.string(field.node, "`recipe`", field.keySpan);
      return path === undefined ? undefined : { kind: "file", path, span };
    }
    const { from, to, line, column } = span;
    if (node.flow) return { kind: "text", text: "\n".repeat(line - 1) + text.slice(from, to), indent: 0 };
    const indent = column - 1;
    const lines = text.slice(from - indent, to).split("\n");
    const dedented = lines.map((each) => (each.slice(0, indent).trim() === "" ? each.slice(indent) : each.trimStart()));
    return { kind: "text", text: "\n".repeat(line - 1) + dedented.join("\n"), indent };
  }

  study(fields: Fields): Study | undefined {
    const before = this.problems.length;
    const listed = this.#required(fields, "objectives", "The study");
    const objectives = listed && this.#list(listed, (item, span) => this.#objective(item, span));
    const limits = fields.get("constraints");
    const constraints = limits ? this.#list(limits, (item, span) => this.#constraint(item, span)) : [];
    const combine = this.#combine(fields.get("combine"), objectives ?? []);
    const sampler = this.#sampler(fields.get("sampler"));
    const trials = this.#required(fields, "trials", "The study");
    const count = trials && this.#whole(trials, 1, MAX_TRIALS);
    const seed = this.#whole(fields.get("seed"), 0, MAX_SEED, 1);
    const split = this.#split(fields.get("split"));
    const top = this.#whole(fields.get("top"), 1, 1000, DEFAULT_TOP);
    if (
      !objectives ||
      !constraints ||
      combine === undefined ||
      !sampler ||
      !count ||
      seed === undefined ||
      !split ||
      top === undefined
    ) {
      return undefined;
    }
    if (this.problems.length > before) return undefined;
    if (objectives.length > 1 && !combine && !sampler.factory.manyObjectives) {
      const facts = { sampler: sampler.factory.id, found: objectives.length };
      return this.wrong(
        "study/sampler-objectives",
        fields.get("sampler")?.keySpan ?? this.reader.span(undefined),
        facts,
      );
    }
    const named = distinctNames([...objectives, ...constraints]);
    return {
      objectives: objectives.map((objective, k) => ({ ...objective, name: named[k] ?? objective.name })),
      constraints: constraints.map((constraint, k) => ({
        ...constraint,
        name: named[objectives.length + k] ?? constraint.name,
      })),
      combine,
      sampler: sampler.factory,
      settings: sampler.settings,
      trials: count,
      seed,
      split,
      top,
    };
  }

  #objective(item: unknown, span: TextSpan): Objective | undefined {
    const fields = this.reader.mapping(item, "an objective", [...AIM_KEYS, "goal", "weight"], span);
    const aim = fields && this.#aim(fields, span, "An objective");
    if (!aim) return undefined;
    const goal = this.#word(fields.get("goal"), ["high", "low"] as const, aim.measure.goal);
    const weight = this.#number(fields.get("weight"), 1e-9, 1e9, 1);
    return goal && weight !== undefined ? { ...aim, goal, weight } : undefined;
  }

  #constraint(item: unknown, span: TextSpan): Constraint | undefined {
    const fields = this.reader.mapping(item, "a constraint", [...AIM_KEYS, "min", "max"], span);
    const aim = fields && this.#aim(fields, span, "A constraint");
    if (!aim) return undefined;
    const [low, high] = [fields.get("min"), fields.get("max")];
    if (!low && !high)
      return this.wrong("study/missing", span, {
        key: aim.measure.goal === "low" ? "max" : "min",
        where: "A constraint",
      });
    const min = low ? this.#number(low, -1e12, 1e12) : undefined;
    const max = high ? this.#number(high, -1e12, 1e12) : undefined;
    if ((low && min === undefined) || (high && max === undefined)) return undefined;
    return { ...aim, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  }

  #aim(fields: Fields, span: TextSpan, where: string): Aim | undefined {
    const named = this.#required(fields, "measure", where, span);
    const measure = named && this.#measure(named);
    const file = this.#required(fields, "prompts", where, span);
    const prompts = file && this.reader.string(file.node, "`prompts`", file.keySpan);
    const base = this.#text(fields.get("base"));
    const name = this.#text(fields.get("name"));
    const maxTokens = this.#whole(fields.get("max_tokens"), 1, MAX_ANSWER, DEFAULT_ANSWER);
    const match = this.#match(fields.get("match"));
    if (!measure || prompts === undefined || maxTokens === undefined || !match) return undefined;
    return {
      name:
        name ??
        `${measure.id} ${
          prompts
            .split("/")
            .at(-1)
            ?.replace(/\.[a-z]+$/i, "") ?? prompts
        }`,
      measure,
      prompts,
      maxTokens,
      match,
      ...(base === undefined ? {} : { base }),
    };
  }

  #measure(field: Field): StudyMeasure | undefined {
    const id = this.reader.string(field.node, "`measure`", field.keySpan);
    if (id === undefined) return undefined;
    const found = STUDY_MEASURES.find((measure) => measure.id === id);
    return found ?? this.#value(field, `one of ${STUDY_MEASURES.map((measure) => measure.id).join(", ")}`);
  }

  /** `line`, `number`, or `{number: "####"}` with the marker that stands before it. */
  #match(field: Field | undefined): AnswerMatch | undefined {
    if (!field) return { kind: "line" };
    const word = this.reader.scalar(field.node);
    if (word === "line" || word === "number") return { kind: word };
    const marker = this.reader.isMapping(field.node)
      ? this.reader.mapping(field.node, "`match`", ["number"])?.get("number")
      : undefined;
    const text = marker && this.reader.string(marker.node, "`number`", marker.keySpan);
    return text === undefined
      ? this.#value(field, "line, number or {number: MARKER}")
      : { kind: "number", marker: text };
  }

  #combine(field: Field | undefined, objectives: readonly Objective[]): boolean | undefined {
    if (!field) return false;
    if (this.reader.scalar(field.node) !== "mean") return this.#value(field, "mean, or left out");
    const goals = new Set(objectives.map(({ goal }) => goal));
    if (goals.size <= 1) return true;
    return this.wrong("study/combine", this.reader.span(field.node, field.keySpan), {
      names: objectives.map(({ name, goal }) => `${name} (${goal})`).join(", "),
    });
  }

  #sampler(
    field: Field | undefined,
  ): { readonly factory: SamplerFactory; readonly settings: SamplerSettings } | undefined {
    const ids = SAMPLERS.map(({ id }) => id).join(", ");
    if (!field) return { factory: SAMPLERS[0], settings: {} };
    const fields = this.reader.isMapping(field.node)
      ? this.reader.mapping(field.node, "`sampler`", ["method", ...Object.keys(SETTINGS)])
      : undefined;
    const named = fields ? fields.get("method") : field;
    const id = named && this.reader.scalar(named.node);
    const factory = SAMPLERS.find((sampler) => sampler.id === id);
    if (!factory) return this.#value(named ?? field, `one of ${ids}`);
    const settings = new Map<string, number | boolean>();
    for (const [key, limits] of Object.entries(SETTINGS)) {
      const given = fields?.get(key);
      if (!given) continue;
      const value =
        limits === "switch"
          ? this.#switch(given)
          : limits[2]
            ? this.#whole(given, limits[0], limits[1])
            : this.#number(given, limits[0], limits[1]);
      if (value === undefined) return undefined;
      settings.set(key, value);
    }
    return { factory, settings: Object.fromEntries(settings) };
  }

  #split(field: Field | undefined): Shares | undefined {
    if (!field) return DEFAULT_SPLIT;
    const fields = this.reader.mapping(field.node, "`split`", ["search", "validation", "test"], field.keySpan);
    if (!fields) return undefined;
    const search = this.#number(fields.get("search"), 1e-6, 1e6, 1);
    const validation = this.#number(fields.get("validation"), 0, 1e6, 0);
    const test = this.#number(fields.get("test"), 0, 1e6, 0);
    return search === undefined || validation === undefined || test === undefined
      ? undefined
      : { search, validation, test };
  }

  #list<T>(field: Field, read: (item: unknown, span: TextSpan) => T | undefined): readonly T[] | undefined {
    const items = this.reader.list(field.node, `\`${field.key}\``, field.keySpan);
    if (!items) return undefined;
    if (items.length === 0) return this.#value(field, "a list with something in it");
    const found = items.map((item) => read(item, this.reader.span(item, field.keySpan)));
    return found.every((each) => each !== undefined) ? found : undefined;
  }

  #required(fields: Fields, key: string, where: string, span?: TextSpan): Field | undefined {
    return fields.get(key) ?? this.wrong("study/missing", span ?? this.reader.syntax.span(0, 0), { key, where });
  }

  #text(field: Field | undefined): string | undefined {
    return field && this.reader.string(field.node, `\`${field.key}\``, field.keySpan);
  }

  #word<T extends string>(field: Field | undefined, words: readonly T[], otherwise: T): T | undefined {
    if (!field) return otherwise;
    const found = this.reader.scalar(field.node);
    return words.find((word) => word === found) ?? this.#value(field, words.join(" or "));
  }

  #switch(field: Field): boolean | undefined {
    const value = this.reader.scalar(field.node);
    return typeof value === "boolean" ? value : this.#value(field, "true or false");
  }

  #whole(field: Field | undefined, least: number, most: number, otherwise?: number): number | undefined {
    if (!field) return otherwise;
    const value = this.reader.number(field.node);
    if (value !== undefined && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.#value(field, `a whole number from ${least} to ${most}`);
  }

  #number(field: Field | undefined, least: number, most: number, otherwise?: number): number | undefined {
    if (!field) return otherwise;
    const value = this.reader.number(field.node);
    if (value !== undefined && value >= least && value <= most) return value;
    return this.#value(field, `a number from ${least} to ${most}`);
  }

  #value(field: Field, expected: string): undefined {
    const facts = { key: field.key, found: this.reader.shown(field.node, 60), expected };
    return this.wrong("study/value", this.reader.span(field.node, field.keySpan), facts);
  }
}
