import { AwaseError } from "../../base/errors";
import { MAX_SOURCE_CHARACTERS } from "../../eval/prompts/parsePrompts";
import { decodeText } from "../../formats/text";

/** What the characters that are read can take in UTF-8, three bytes each: more need not be brought into memory. */
const MAX_BYTES = 3 * MAX_SOURCE_CHARACTERS;

/**
 * A file of prompts as text, called after the file.
 * @throws {AwaseError} `prompts/file-too-large`, `prompts/not-utf8`
 */
export async function readPromptFile(file: File): Promise<{ readonly name: string; readonly text: string }> {
  const { name, size } = file;
  if (size > MAX_BYTES) {
    throw new AwaseError(
      "prompts/file-too-large",
      `${name} has ${size} bytes; at most ${MAX_BYTES} are read. Take a part of it: some hundred prompts are enough to measure with.`,
      { facts: { file: name, found: size, limit: MAX_BYTES } },
    );
  }
  const text = decodeText(new Uint8Array(await file.arrayBuffer()));
  if (text === undefined) {
    throw new AwaseError("prompts/not-utf8", `${name} is not UTF-8 text. Save it as UTF-8, and add it again.`, {
      facts: { file: name },
    });
  }
  return { name, text: text.replace(/^\uFEFF/, "") };
}
