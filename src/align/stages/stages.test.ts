import { describe, expect, it } from "vitest";
import type { Strengths } from "../lender";
import type { StageValues } from "./stageMeter";
import { runStages } from "./stages";

const values = (relPPL: number) =>
  ({ ppl: 5 * relPPL, relPPL, klSym: 0.1, klSymTopk: 0.1, nllPerPrompt: [] }) as unknown as StageValues;

async function run(
  measure: (strengths: Strengths) => number,
  rows: { embedding: number; head?: number },
  halve = true,
) {
  const asked: Strengths[] = [];
  const outcome = await runStages({
    rows,
    parameters: { ppl_cap: 2, halve },
    guard: {
      base: values(1),
      async measure(strengths) {
        asked.push(strengths);
        return values(measure(strengths));
      },
    },
  });
  const said = outcome.actions.map(({ stage, did, why }) =>
    [stage, did, why].filter((word) => word !== undefined).join(" "),
  );
  return { asked, said, strengths: outcome.strengths, end: outcome.end?.relPPL };
}

describe("stages", () => {
  it("keep what stays under the cap", async () => {
    const { said, strengths, end } = await run(({ head }) => 1.2 + head / 10, { embedding: 5, head: 3 });
    expect([said, strengths, end]).toEqual([["A kept", "B kept"], { embedding: 1, head: 1 }, 1.3]);
  });

  it("halve the embedding until it is under the cap, and leave the head", async () => {
    const { said, strengths, end } = await run(({ embedding }) => 1 + 3 * embedding, { embedding: 5, head: 3 });
    expect(said).toEqual(["A halved over-cap", "A halved over-cap", "A kept", "B skipped over-cap"]);
    expect([strengths, end]).toEqual([{ embedding: 0.25, head: 0 }, 1.75]);
  });

  it("take NaN for too much", async () => {
    const { said, strengths, end } = await run(() => Number.NaN, { embedding: 5, head: 3 });
    expect(said.slice(-2)).toEqual(["A rolled-back over-cap", "B skipped over-cap"]);
    expect([strengths, end]).toEqual([{ embedding: 0, head: 0 }, 1]);
  });

  it("roll back at once where nothing shall be halved", async () => {
    const { said, asked } = await run(() => 9, { embedding: 5, head: 3 }, false);
    expect([said, asked.length]).toEqual([["A rolled-back over-cap", "B skipped over-cap"], 1]);
  });

  it("roll a head back that goes over the cap, and keep the embedding", async () => {
    const { said, strengths, end } = await run(({ head }) => (head > 0 ? 3 : 1.5), { embedding: 5, head: 3 });
    expect([said, strengths, end]).toEqual([["A kept", "B rolled-back over-cap"], { embedding: 1, head: 0 }, 1.5]);
  });

  it("skip what has no rows, and a head that is the embedding", async () => {
    expect((await run(() => 1, { embedding: 0, head: 3 })).said).toEqual(["A skipped no-rows", "B kept"]);
    expect((await run(() => 1, { embedding: 0, head: 0 })).said).toEqual(["A skipped no-rows", "B skipped no-rows"]);
    expect((await run(() => 1, { embedding: 2 })).said).toEqual(["A kept", "B skipped tied"]);
  });

  it("keep everything where nobody guards", async () => {
    const { strengths, end, measured } = await runStages({
      rows: { embedding: 1, head: 1 },
      parameters: { ppl_cap: 1, halve: true },
    });
    expect([strengths, end, measured]).toEqual([{ embedding: 1, head: 1 }, undefined, {}]);
  });
});
