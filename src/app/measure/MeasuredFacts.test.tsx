import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { defineMeasure } from "../../eval/defineMeasure";
import { evaluate } from "../../eval/evaluate";
import { testMeasured } from "../../eval/model.testing";
import { type Evaluation, MEASURES } from "../../eval/registry";
import { askTexts } from "../../eval/texts";
import { evaluationOf } from "../../state/engine.testing";
import type { MeasurementRecord } from "../../state/measuring/records";
import { historyOf } from "../../state/recipe/history";
import ResultsTable from "../history/ResultsTable";
import { evaluationEn } from "../i18n/en/evaluation";
import { type Showing, showing } from "../showing.testing";
import MeasuredFacts from "./MeasuredFacts";

/** A measure that the house does not have: the longest text, in tokens. */
const longest = defineMeasure({
  id: "longest",
  reads: "texts",
  base: "none",
  ask(prompts, asking) {
    const texts = askTexts(prompts, asking);
    return () => ({ found: () => ({ longest: Math.max(...texts.map(({ prompt }) => prompt.ids.length)) }) });
  },
  figures: ({ longest: value }) => (value === undefined ? [] : [{ name: "longest", kind: "number", value }]),
  columns: ["longest"],
  lines: () => [],
});

const recipe = "merge_method: linear";
const recordOf = (merged: Evaluation, base?: Evaluation): MeasurementRecord => ({
  id: "1",
  name: "ja-math",
  recipe,
  started: Date.now() + 1000,
  device: "",
  measured: [[{ set: "letters", name: "Letters", merged, ...(base && { base }) }]],
});
const shown = (record: MeasurementRecord, more: Showing = {}) =>
  showing(<MeasuredFacts />, { ...more, state: { records: [record], recipe: historyOf(recipe) } });
const rows = () =>
  Object.fromEntries(
    screen.getAllByRole("term").map((term) => [term.textContent, term.nextElementSibling?.textContent]),
  );

describe("what was measured", () => {
  it("has a line for each figure, with its error and the base's own value", async () => {
    const merged = evaluationOf("letters");
    await shown(
      recordOf({ ...merged, exactMatch: { correct: 3, total: 4, standardError: 0.25, verdicts: [] } }, merged),
    );
    expect(rows()).toMatchObject({
      Perplexity: "2.7183 base 2.7183",
      "Relative to the base": expect.stringMatching(/^1.* ± 0$/),
      "KL with the base": expect.stringMatching(/^0.* ± 0$/),
      "Right answers": "3 of 4 ± 25%",
    });
  });

  it("has them in Japanese", async () => {
    await shown(recordOf(evaluationOf("letters")), { language: "ja" });
    expect(Object.keys(rows())).toEqual(
      expect.arrayContaining(["パープレキシティ", "ベースとの比", "1バイトあたりのビット", "ベースとのKL"]),
    );
  });

  it("warns of a model that may not stop", async () => {
    const eos = { logProbability: -9, medianRank: 40, premature: 0, perId: [], flagged: true };
    await shown(recordOf({ ...evaluationOf("letters"), eos }));
    expect(rows()["End of text"]).toBe("rank 40 · may not stop");
  });

  it("says that nothing is held against a base that cuts texts into other tokens", async () => {
    await shown(recordOf({ ...evaluationOf("letters"), otherTokens: { prompts: 2, of: 3 } }));
    expect(screen.getByRole("note").textContent).toContain("cuts 2 of 3 prompts into other tokens");
  });

  it("shows a measure that was declared, listed and named, and nothing more: its figure, and its column among the results", async () => {
    const listed = MEASURES as unknown as object[];
    listed.push(longest);
    Object.assign(evaluationEn.measure.figures, { longest: "Longest text" });
    Object.assign(evaluationEn.measure.columns, { longest: "Longest" });
    try {
      const prompts = [{ text: "abc" }, { text: "abcdefgh" }];
      const set = { id: "letters", name: "Letters", split: "search", prompts } as const;
      const merged = await evaluate(testMeasured(), set, {
        measures: [...MEASURES.filter(({ id }) => id === "perplexity"), longest],
        positions: "all",
        maxTokens: 1,
      });
      await shown(recordOf(merged));
      expect(rows()["Longest text"]).toMatch(/^8/);
      await showing(<ResultsTable rows={[{ at: 0, result: undefined, record: recordOf(merged) }]} />);
      expect(screen.getAllByRole("columnheader").map(({ textContent }) => textContent)).toContain("Longest");
      expect(screen.getAllByRole("cell").map(({ textContent }) => textContent)).toContain(rows()["Longest text"]);
    } finally {
      listed.pop();
    }
  });
});
