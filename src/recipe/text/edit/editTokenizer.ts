import { inWrittenDocument } from "../documents";
import { readSyntax } from "../syntax";
import { deleteIn, setIn } from "./editText";

/*
 * What a form does to the tokenizer that a recipe asks for. Both spellings are edited as they stand; `tokenizer` is the one that is
 * written where there is none.
 */

/** @param source `union`, `base` or a model; `undefined` asks for none: files are copied then */
export function setTokenizer(text: string, source: string | undefined): string {
  if (source === undefined) return deleteIn(deleteIn(text, ["tokenizer"]), ["tokenizer_source"]);
  return inWrittenDocument(text, (recipe) =>
    setIn(recipe, has(recipe, ["tokenizer_source"]) ? ["tokenizer_source"] : ["tokenizer", "source"], source),
  );
}

/** @param step rows are a multiple of it; `undefined`: as many as there are ids */
export function setPadding(text: string, step: number | undefined): string {
  if (step === undefined) return deleteIn(text, ["tokenizer", "pad_to_multiple_of"]);
  return inWrittenDocument(text, (recipe) => {
    const old = readSyntax(recipe).document?.get("tokenizer_source");
    if (typeof old !== "string") return setIn(recipe, ["tokenizer", "pad_to_multiple_of"], step);
    return setIn(deleteIn(recipe, ["tokenizer_source"]), ["tokenizer"], { source: old, pad_to_multiple_of: step });
  });
}

/** @param template `auto`, a name, or the text itself */
export function setTemplate(text: string, template: string | undefined): string {
  return template === undefined ? deleteIn(text, ["chat_template"]) : setIn(text, ["chat_template"], template);
}

function has(text: string, path: readonly string[]): boolean {
  return readSyntax(text).document?.hasIn(path) === true;
}
