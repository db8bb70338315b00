import type { Generated } from "../lm/types";
import type { Tokenizer } from "../tokens/tokenizer";
import type { BatchBuilder } from "./batch";
import type { Subject } from "./measures/measured";
import type { BaseRow, RowsOfBase } from "./rows";
import type { AnswerMatch, PositionRule, Prompt } from "./types";

/** Where texts are asked for: what two measures need of them goes through the model once. */
export interface Asking {
  readonly batch: BatchBuilder;
  readonly tokenizer: Tokenizer;
  /** Where distributions are compared. */
  readonly positions: PositionRule;
  /** Tokens a model is to see at once. */
  readonly window: number;
}

/** What is read of one model that goes through the batch. */
export interface Reading<Found> {
  /** Sees the logits at each row of the batch once, in order, and the base's where the row is asked of a base; must not keep them. */
  atRow?(row: number, logits: Float32Array, base: BaseRow | undefined): void;
  /** After the last row. NLL by sequence of the batch (see `LanguageModel.nll`), and the base's. Nothing where there was nothing to measure. */
  found(nll: readonly Float64Array[], base?: readonly Float64Array[]): Found | undefined;
}

/** An answer that was generated to a prompt, and the base's to the same where they are asked for. */
export interface Answered {
  readonly prompt: Prompt;
  readonly own: Generated;
  readonly base?: Generated | undefined;
}

/** How what was measured is shown: a value of one of these kinds, under a name of the catalogues. */
export type Figure<Name extends string = string> = { readonly name: Name } & (
  | {
      readonly kind: "number";
      readonly value: number;
      /** One standard error; NaN: of one prompt there is none. */
      readonly error?: number;
      /** The base's own value. */
      readonly base?: number | undefined;
      /** The difference from the base is within two standard errors of none. */
      readonly tie?: boolean;
      /** The value is a lower bound: this share of the probability was not looked at one by one. */
      readonly restMass?: number;
    }
  /** Of 1. */
  | { readonly kind: "share"; readonly value: number }
  | {
      readonly kind: "count";
      readonly value: number;
      readonly total: number;
      /** Of the share. */
      readonly error: number;
      readonly base?: number | undefined;
    }
  /** 1 is best. */
  | { readonly kind: "rank"; readonly value: number; readonly flag: Flag | undefined }
);

/** What is said of a value that is no good. */
export type Flag = "may-not-stop";

/** A line of a report on a terminal, in English. */
export type Line = readonly [label: string, value: string];

/** What every measure says of itself. `Found`: the fields it fills of an evaluation. */
interface MeasureFacts<Id extends string, Found extends object, Name extends string, Column extends Name> {
  readonly id: Id;
  /** `required`: without a base there is nothing to measure. `asked`: the base goes through the same. */
  readonly base: "required" | "asked" | "none";
  /** Prompts that call for it; absent: all do. A set without any is not measured so, unless a person names it. */
  suits?(prompt: Prompt): boolean;
  /** What the prompts lack that do not suit, where it cannot do without. In English, after "no prompt with". */
  readonly lacking?: string;
  /** Left out on the command line unless it is named there. */
  readonly onlyNamed?: boolean;
  /** In the order they are read. */
  figures(found: Partial<Found>, base?: Partial<Found>): readonly Figure<Name>[];
  /** Names of the figures that have a column in the table of results. */
  readonly columns?: readonly Column[];
  lines(found: Partial<Found>, options: { readonly positions: PositionRule }): readonly Line[];
}

/** Reads the probabilities of given texts. */
export interface TextMeasure<
  Id extends string = string,
  Found extends object = object,
  Name extends string = string,
  Column extends Name = Name,
> extends MeasureFacts<Id, Found, Name, Column> {
  readonly reads: "texts";
  /** Puts its texts and positions into the batch. Each model that goes through it gets a reading of its own. */
  ask(prompts: readonly Prompt[], asking: Asking): (subject: Subject, base?: RowsOfBase) => Reading<Found>;
}

/** Reads answers that are generated, which takes a pass for each token: too long to follow a slider. */
export interface AnswerMeasure<
  Id extends string = string,
  Found extends object = object,
  Name extends string = string,
  Column extends Name = Name,
> extends MeasureFacts<Id, Found, Name, Column> {
  readonly reads: "answers";
  /** Whether it reads the answer to a prompt. */
  to(prompt: Prompt): boolean;
  /** Nothing of no answer. */
  read(
    answers: readonly Answered[],
    with_: { readonly tokenizer: Tokenizer; readonly match: AnswerMatch },
  ): Found | undefined;
}

export type Measure = TextMeasure | AnswerMeasure;

/** What measures find, each field under its name. */
export type ValuesOf<M extends Measure> = Partial<Intersection<FoundBy<M>>>;
type FoundBy<M> = M extends MeasureFacts<string, infer Found, string, string> ? (found: Found) => void : never;
type Intersection<U> = [U] extends [(found: infer Found) => void] ? Found : never;

export type NameOf<M extends Measure> = ReturnType<M["figures"]>[number]["name"];
export type ColumnOf<M extends Measure> = M extends { readonly columns?: readonly (infer Column)[] } ? Column : never;

/** Declares a measure; `registry.ts` lists it. What its figures are called stands in the catalogues, under their names. */
export function defineMeasure<
  const Id extends string,
  Found extends object,
  const Name extends string,
  const Column extends Name = never,
>(measure: TextMeasure<Id, Found, Name, Column>): TextMeasure<Id, Found, Name, Column>;
export function defineMeasure<
  const Id extends string,
  Found extends object,
  const Name extends string,
  const Column extends Name = never,
>(measure: AnswerMeasure<Id, Found, Name, Column>): AnswerMeasure<Id, Found, Name, Column>;
export function defineMeasure(measure: Measure): Measure {
  return measure;
}
