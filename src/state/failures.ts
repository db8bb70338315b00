import { failuresOf } from "../base/errors";
import type { Sentences } from "../base/sentences";

/** What the page itself refuses, in English. */
export const stateSentences = {
  "prompts/file-too-large": ({ file, found, limit }: { file: string; found: number; limit: number }) =>
    `${file} has ${found} bytes; at most ${limit} are read. Take a part of it: some hundred prompts are enough to measure with.`,
  "prompts/not-utf8": ({ file }: { file: string }) => `${file} is not UTF-8 text. Save it as UTF-8, and add it again.`,
  "share/version": ({ found, expected }: { found: string; expected: string }) =>
    `This link has version ${found}, but this studio reads version ${expected}. Reload the page to get the newest studio, or ask for a new link.`,
  "share/damaged": ({ reason }: { reason: string }) =>
    `This link cannot be read: ${reason}. It was probably cut short on its way; ask for it again.`,
  "share/set-aside": () =>
    "The page went down while it showed the link that was opened last, so that link was set aside. Your own recipe and models are as they were. Ask for the recipe as a file.",
  "share/long-name": ({ found, limit }: { found: number; limit: number }) =>
    `The recipe's name has ${found} characters; a link takes at most ${limit}. Give it a shorter one.`,
  "share/too-long": ({ bytes, limit, of }: { bytes: number; limit: number; of: "recipe" | "link" }) =>
    of === "recipe"
      ? `This recipe has ${bytes} bytes, more than fits in a link of ${limit} characters. Save it as a file and send that instead.`
      : `This link has ${bytes} characters, but at most ${limit} are read. Ask for the recipe as a file.`,
} satisfies Sentences;

export const stateFailure = failuresOf(stateSentences);
