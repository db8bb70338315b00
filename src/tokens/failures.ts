import { failuresOf } from "../base/errors";
import type { Sentences } from "../base/sentences";

/** Why a tokenizer cannot be used, in English. */
export const tokenSentences = {
  "tokenizer/too-large": ({
    folder,
    file,
    found,
    limit,
  }: {
    folder: string;
    file: string;
    found: number;
    limit: number;
  }) =>
    `${file} of ${folder} has ${found} bytes; at most ${limit} are read. This is not the file of a tokenizer; download it again.`,
  "tokenizer/broken": ({ folder, file, found }: { folder: string; file: string; found: string }) =>
    `Cannot use ${file} of ${folder}: ${found}. Download it again.`,
  "tokenizer/too-much": ({ found, characters }: { found: string; characters: number }) =>
    `The tokenizer was stopped at a text of ${characters} characters: ${found}. Get tokenizer.json from another place, or cut the text into shorter ones.`,
  "tokenizer/missing": ({ folder, file }: { folder: string; file: string }) =>
    `${folder} has no ${file}, so its text cannot be turned into tokens. Add the file; save_pretrained of transformers writes it.`,
} satisfies Sentences;

export const tokenFailure = failuresOf(tokenSentences);
