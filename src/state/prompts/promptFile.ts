import { MAX_SOURCE_CHARACTERS } from "../../eval/prompts/parsePrompts";
import { decodeText } from "../../formats/text";
import { stateFailure } from "../failures";

/** What the characters that are read can take in UTF-8, three bytes each: more need not be brought into memory. */
const MAX_BYTES = 3 * MAX_SOURCE_CHARACTERS;

/**
 * A file of prompts as text, called after the file.
 * @throws {AwaseError} `prompts/file-too-large`, `prompts/not-utf8`
 */
export async function readPromptFile(file: File): Promise<{ readonly name: string; readonly text: string }> {
  const { name, size } = file;
  if (size > MAX_BYTES) {
    throw stateFailure("prompts/file-too-large", { file: name, found: size, limit: MAX_BYTES });
  }
  const text = decodeText(new Uint8Array(await file.arrayBuffer()));
  if (text === undefined) {
    throw stateFailure("prompts/not-utf8", { file: name });
  }
  return { name, text: text.replace(/^\uFEFF/, "") };
}
