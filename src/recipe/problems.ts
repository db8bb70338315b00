/** A place in the recipe text. Lines and columns count from 1, as editors do; offsets from 0. */
export interface TextSpan {
  readonly line: number;
  readonly column: number;
  /** Character offsets [from, to) in the text. */
  readonly from: number;
  readonly to: number;
}

/** A mistake, a warning or a remark about a recipe: a value listed beside its line, never an exception. */
export interface Problem {
  /** `recipe/…`, `plan/…`: stable, for tests and translation. */
  readonly code: string;
  readonly severity: "error" | "warning" | "note";
  /** What was found, what was expected, and how to fix it. */
  readonly message: string;
  /** The facts in the sentence, so that the page can say it in another language. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly span?: TextSpan;
  /** Output tensor concerned, if one is. */
  readonly tensor?: string;
  /** An edit that mends it. */
  readonly fix?: { readonly label: string; readonly from: number; readonly to: number; readonly insert: string };
}
