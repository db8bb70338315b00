import { failuresOf } from "../base/errors";
import { type Sentences, sayer } from "../base/sentences";

/** Why nothing can be measured, in English. */
export const evalSentences = {
  "eval/other-tokens": ({ found, prompts }: { found: number; prompts: number }) =>
    `The base cuts ${found} of ${prompts} prompts into other tokens than the model does, so there is no divergence between them. Compare perplexity in bits per byte, or take a base with the same tokenizer.`,
  "guard/other-shape": ({ expected, found }: { expected: string; found: string }) =>
    `The guard puts merged layers on top of the base's, so both need one shape. The base has ${expected}, the merge ${found}. Choose a base of the merge's shape, or merge without the guard.`,
  "eval/nothing-scored": ({ prompts }: { prompts: number }) =>
    `None of the ${prompts} prompts has two tokens, so there is no next token to predict. Add a longer prompt.`,
  "eval/positions": ({ found }: { found: string }) =>
    `"${found}" names no positions. Write all, last, tail:8 (the last 8) or stride:4 (every fourth).`,
} satisfies Sentences;

export const evalFailure = failuresOf(evalSentences);

/** Parts of a source that give no prompt, in English. */
export const promptSentences = {
  "prompts/not-json": ({ found }: { found: string }) =>
    `Expected one JSON object on this line, but found ${found}. Put every prompt on a line of its own, in {}.`,
  "prompts/broken-json": () =>
    "This begins as a list or an object of JSON, but from here on it is none. Look for a comma, a quote or a bracket that is missing here, or put each prompt on a line of its own.",
  "prompts/no-text": ({ found, expected }: { found: string; expected: string }) =>
    `Expected the prompt in one of the fields ${expected}, but found ${found}. Rename the field that holds it.`,
  "prompts/wrong-field": ({ field, expected, found }: { field: string; expected: string; found: string }) =>
    `Expected ${expected} in the field ${field}, but found ${found}. Correct it, or leave the field out.`,
  "prompts/empty": () => "Expected a prompt, but its text is empty. Write one, or remove the line.",
  "prompts/null": ({ field }: { field: string }) => `The text in ${field} is null. Write one, or leave the record out.`,
  "prompts/tool-call": ({ turn }: { turn: number }) =>
    `Turn ${turn} calls a tool instead of saying something; tools are not run here. End the conversation before it, or leave it out.`,
  "prompts/part": ({ found, turn }: { found: string; turn: number }) =>
    `Turn ${turn} has a part of the type ${found}; only text is measured. Take the part out, or leave the record out.`,
  "prompts/too-long": ({ found, limit }: { found: number; limit: number }) =>
    `This prompt has ${found} characters; at most ${limit} are used. Cut it into several.`,
  "prompts/no-gold": ({ found, choices }: { found: string; choices: number }) =>
    `Expected which of the ${choices} choices is right, as its text, its letter or its number from 0, but found ${found}. Add it in the field gold.`,
  "prompts/few-choices": ({ found }: { found: number }) =>
    `Expected at least 2 choices, but found ${found}. Add the wrong ones, or give the right one as answer.`,
  "prompts/columns": ({ found, expected }: { found: number; expected: number }) =>
    `Expected ${expected} values in this row, as in the header, but found ${found}. Put values that hold commas or line breaks in quotes.`,
  "prompts/open-quote": () =>
    'The quote that opens in this row is never closed. Close it; a quote inside of a quoted value is written twice: "".',
  "prompts/too-many": ({ limit }: { limit: number }) =>
    `There are more than ${limit} prompts; the rest, from here on, is left out. Some hundred are enough to measure with.`,
  "prompts/too-large": ({ found, limit }: { found: number; limit: number }) =>
    `The text has ${found} characters; at most ${limit} are read. Take a part of it.`,
  "prompts/more": ({ count }: { count: number }) =>
    `From here on ${count} more lines could not be used. The ones above show what to look for.`,
} satisfies Sentences;

export const promptSaid = sayer(promptSentences);
