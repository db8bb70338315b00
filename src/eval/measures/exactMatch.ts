/** How a generated answer is held against the expected one. */
export type AnswerMatch =
  /** The first line that says something is the expected text, spaces around it aside. */
  | { readonly kind: "line" }
  /**
   * The numbers are equal: the first one after the last `marker`, or without a marker the last one there is. A reference
   * answer that holds the marker is read in the same way.
   */
  | { readonly kind: "number"; readonly marker?: string };

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
