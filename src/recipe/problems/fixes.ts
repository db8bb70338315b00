import { type CodeOf, type FactsAfter, type Said, type Sentences, sayer } from "../../base/sentences";

/** An edit of the recipe text, and what the button for it says. */
export interface Fix extends Omit<Said, "message"> {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Where in the text, and what is put there. */
export type TextEdit = Pick<Fix, "from" | "to" | "insert">;

/** A place in a recipe, for sentences that send a key there. */
export interface PlaceFacts {
  /**
   * Of the whole recipe, its `parameters:`, those of a module, an entry of a list or its `parameters:`, or whichever entry the person
   * means.
   */
  readonly level: "top" | "parameters" | "module-parameters" | "entry" | "entry-parameters" | "any-entry";
  /** The list, or the module. */
  readonly list: string | undefined;
  /** Counts from 1. */
  readonly entry: number | undefined;
}

export function placeName({ level, list, entry }: PlaceFacts): string {
  switch (level) {
    case "top":
      return "the top level";
    case "parameters":
      return "the top-level `parameters:`";
    case "module-parameters":
      return `\`parameters:\` of the module \`${list}\``;
    case "entry":
      return `entry ${entry} of \`${list}:\``;
    case "entry-parameters":
      return `\`parameters:\` of entry ${entry} of \`${list}:\``;
    default:
      return `an entry of \`${list}:\``;
  }
}

/** What the button of a fix says, in English. */
export const fixLabels = {
  "fix/change": ({ meant }: { meant: string }) => `Change to \`${meant}\``,
  "fix/change-all": () => "Change all of them",
  "fix/spaces": () => "Change to spaces",
  "fix/insert": ({ text }: { text: string }) => `Insert \`${text}\``,
  "fix/quote": () => "Put it in quotes",
  "fix/remove": () => "Remove",
  "fix/keep-inside": () => "Keep what is inside",
  "fix/move": ({ key, ...place }: { key: string } & PlaceFacts) => `Move \`${key}\` to ${placeName(place)}`,
  "fix/base": ({ model }: { model: string }) => `Make \`${model}\` the base_model`,
  "fix/keep-rows": ({ rows, step }: { rows: number; step: number }) =>
    `Keep ${rows} rows (\`pad_to_multiple_of: ${step}\`)`,
  "fix/union": () => "Merge with a union of their vocabularies",
} satisfies Sentences;

const label = sayer(fixLabels);

/** A fix by its code and facts. */
export function fix<C extends CodeOf<typeof fixLabels>>(
  edit: TextEdit,
  ...said: readonly [code: C, ...FactsAfter<typeof fixLabels, C>]
): Fix {
  const { message, ...rest } = label(...said);
  return { ...rest, ...edit, label: message };
}

/** The commonest of them: one word for another. */
export function changeTo(meant: string, { from, to }: Pick<TextEdit, "from" | "to">, insert = meant): Fix {
  return fix({ from, to, insert }, "fix/change", { meant });
}
