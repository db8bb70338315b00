import { defineMeasure } from "../defineMeasure";
import type { Accuracy, AnswerMatch } from "../types";
import { accuracy } from "./accuracy";
import { count } from "./lines";

/** Whether a generated text gives the expected answer. */
export function matches(generated: string, expected: string, match: AnswerMatch): boolean {
  if (match.kind === "line") return firstLine(generated) === firstLine(expected);
  const { marker } = match;
  const wanted = numberIn(expected, marker) ?? numberIn(expected);
  return wanted !== undefined && numberIn(generated, marker) === wanted;
}

function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0]?.trim() ?? "";
}

/** A sign counts where it cannot be a minus between two numbers, a point where digits follow it. */
const NUMBER = /(?<![\d.])[+-]?(?:\d+(?:\.\d+)?|\.\d+)/g;
const THOUSANDS = /(?<=\d),(?=\d{3}(?!\d))/g;

/**
 * The number a text answers with. Full-width digits and signs are read like others (NFKC), thousands separators are left
 * out. Source: reference 4.5.
 */
export function numberIn(text: string, marker?: string): number | undefined {
  const plain = normalise(text);
  const sign = marker === undefined ? "" : normalise(marker);
  const at = plain.lastIndexOf(sign);
  if (sign !== "" && at < 0) return undefined;
  const numbers = (sign === "" ? plain : plain.slice(at + sign.length)).replace(THOUSANDS, "").match(NUMBER);
  const found = sign === "" ? numbers?.at(-1) : numbers?.[0];
  return found === undefined ? undefined : Number(found);
}

function normalise(text: string): string {
  return text.normalize("NFKC").replaceAll("\u2212", "-");
}

export const exactMatchMeasure = defineMeasure({
  id: "exact-match",
  reads: "answers",
  base: "none",
  suits: ({ answer }) => answer !== undefined,
  lacking: "an answer, which exact-match compares with",
  to: ({ answer }) => answer !== undefined,
  read(answers, { tokenizer, match }): { readonly exactMatch: Accuracy } | undefined {
    const verdicts = answers.map(({ prompt, own }) =>
      matches(tokenizer.decode(own.ids, { skipSpecial: true }), prompt.answer ?? "", match),
    );
    return verdicts.length > 0 ? { exactMatch: accuracy(verdicts) } : undefined;
  },
  figures({ exactMatch }, base) {
    if (!exactMatch) return [];
    const { correct: value, total, standardError: error } = exactMatch;
    return [{ name: "exact", kind: "count", value, total, error, base: base?.exactMatch?.correct }];
  },
  lines: ({ exactMatch }) => (exactMatch ? [["Exact match", count(exactMatch)]] : []),
});
