import { describe, expect, it } from "vitest";
import { defineMeasure } from "./defineMeasure";
import { evaluate } from "./evaluate";
import { logSumExp } from "./logits";
import { ALPHABET, TestModel, testMeasured } from "./model.testing";
import { measuresFor } from "./registry";
import { askTexts } from "./texts";

/** How sure a model is of the token that follows a text, in nats: a measure that nobody has listed. */
const surprise = defineMeasure({
  id: "surprise",
  reads: "texts",
  base: "asked",
  ask(prompts, asking) {
    const { batch } = asking;
    const rows = askTexts(prompts, asking).map(({ prompt, sequences }) =>
      batch.row(sequences[0] ?? 0, prompt.ids.length - 1),
    );
    return () => {
      const own: number[] = [];
      const base: number[] = [];
      const entropy = (logits: ArrayLike<number>) => {
        const scale = logSumExp(logits);
        return -Array.from(logits, (logit) => Math.exp(logit - scale) * (logit - scale)).reduce(
          (sum, term) => sum + term,
        );
      };
      return {
        atRow(row, logits, of) {
          if (!rows.includes(row)) return;
          own.push(entropy(logits));
          if (of?.kind === "logits") base.push(entropy(of.logits));
        },
        found: () => ({ surprise: { entropy: own, ofBase: base } }),
      };
    };
  },
  figures: ({ surprise: found }) =>
    (found?.entropy ?? []).map((value, at) => ({ name: "entropy", kind: "number", value, base: found?.ofBase[at] })),
  columns: ["entropy"],
  lines: ({ surprise: found }) =>
    found ? [["Entropy", found.entropy.map((value) => value.toFixed(3)).join(" ")]] : [],
});

const SET = { id: "letters", name: "Letters", split: "search", prompts: [{ text: "abc" }, { text: "fgh" }] } as const;

/** What a test model's next letter leaves open, by what its parts have added. */
function expected(added: number): number {
  const sure = TestModel.SURE - added ** 2;
  const others = ALPHABET.length - 1;
  const scale = Math.log(Math.exp(sure) + others);
  return scale - (Math.exp(sure) / Math.exp(scale)) * sure;
}

describe("a measure that is declared and listed", () => {
  it("is measured beside the others, in the same pass", async () => {
    const subject = testMeasured({ head: 1 });
    const found = await evaluate(subject, SET, {
      measures: [...measuresFor(["perplexity"], []), surprise],
      positions: "last",
      maxTokens: 1,
      base: testMeasured(),
    });
    const [own, base] = [expect.closeTo(expected(1), 5), expect.closeTo(expected(0), 5)];
    expect(found.surprise).toEqual({ entropy: [own, own], ofBase: [base, base] });
    expect(found.perplexity?.prompts).toHaveLength(2);
    expect(subject.model.calls.filter((call) => call === "embed")).toHaveLength(1);
  });
});
