import { readSyntax } from "../syntax";
import { deleteIn, setIn } from "./editText";

/*
 * What a form does to the tokenizer that a recipe asks for. Both spellings are edited as they stand; `tokenizer` is the one that is
 * written where there is none.
 */

/** @param source `union`, `base` or a model; `undefined` asks for none: files are copied then */
export function setTokenizer(text: string, source: string | undefined): string {
  if (source === undefined) return deleteIn(deleteIn(text, ["tokenizer"]), ["tokenizer_source"]);
  return has(text, ["tokenizer_source"])
    ? setIn(text, ["tokenizer_source"], source)
    : setIn(text, ["tokenizer", "source"], source);
}

/** @param step rows are a multiple of it; `undefined`: as many as there are ids */
export function setPadding(text: string, step: number | undefined): string {
  if (step === undefined) return deleteIn(text, ["tokenizer", "pad_to_multiple_of"]);
  const old = readSyntax(text).document?.get("tokenizer_source");
  if (typeof old !== "string") return setIn(text, ["tokenizer", "pad_to_multiple_of"], step);
  return setIn(deleteIn(text, ["tokenizer_source"]), ["tokenizer"], { source: old, pad_to_multiple_of: step });
}

/** @param template `auto`, a name, or the text itself */
export function setTemplate(text: string, template: string | undefined): string {
  return template === undefined ? deleteIn(text, ["chat_template"]) : setIn(text, ["chat_template"], template);
}

function has(text: string, path: readonly string[]): boolean {
  return readSyntax(text).document?.hasIn(path) === true;
}
