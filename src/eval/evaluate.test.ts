import { describe, expect, it } from "vitest";
import type { BaseValues } from "./baseCache";
import { type EvaluateOptions, evaluate } from "./evaluate";
import { ALPHABET, TestModel, testMeasured, testTokenizer } from "./model.testing";
import { type ListedMeasure, type MeasureId, measuresFor } from "./registry";
import type { Prompt, PromptSet } from "./types";

const set = (prompts: readonly Prompt[]): PromptSet => ({ id: "letters", name: "Letters", split: "search", prompts });
const TEXTS = set([{ text: "abcdefgh." }, { text: "cdef" }, { text: "aceg" }]);

const ask = (
  named: readonly MeasureId[],
  more: Partial<EvaluateOptions<ListedMeasure>> = {},
): EvaluateOptions<ListedMeasure> => ({
  measures: measuresFor(named, []),
  positions: "tail:2",
  maxTokens: 8,
  ...more,
});

/** NLL of the next letter and of any other, by what the parts of a test model have added. */
function costs(added: number) {
  const sure = TestModel.SURE - added ** 2;
  const scale = Math.log(Math.exp(sure) + ALPHABET.length - 1);
  return { next: scale - sure, other: scale };
}

/** Base values in memory, and how often they were asked for in vain. */
function memoryCache() {
  const kept = new Map<string, BaseValues>();
  return {
    kept,
    get: async (key: string) => kept.get(key),
    put: async (key: string, values: BaseValues) => void kept.set(key, values),
  };
}

describe("evaluate", () => {
  it("measures perplexity, alone and against a base", async () => {
    const [base, merged] = [costs(0), costs(1)];
    const found = await evaluate(testMeasured({ head: 1 }), TEXTS, ask(["perplexity"], { base: testMeasured() }));
    const nll = (cost: typeof base) => [8 * cost.next, 3 * cost.next, 3 * cost.other];
    expect(found.perplexity?.prompts.map((prompt) => prompt.nll)).toEqual(
      nll(merged).map((value) => expect.closeTo(value, 5)),
    );
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(found.relative?.ln).toBeCloseTo((sum(nll(merged)) - sum(nll(base))) / 14, 6);
    expect(found).toMatchObject({ set: "letters", tokens: 17 });
    expect(Object.keys(found).sort()).toEqual(["perplexity", "relative", "seconds", "set", "tokens"]);
  });

  it("measures the divergence at the chosen positions, exactly and from top-K rows", async () => {
    const base = testMeasured();
    const subject = testMeasured({ layers: [0, 1, 0, 0] });
    const { divergence: exact } = await evaluate(subject, TEXTS, ask(["divergence"], { base }));
    const { divergence: top } = await evaluate(subject, TEXTS, ask(["divergence"], { base, topK: 1 }));
    // Only the next letter and "any other" exist: one token and a bucket say everything.
    const [p, q] = [Math.exp(-costs(0).next), Math.exp(-costs(1).next)];
    const forward = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    expect(exact).toMatchObject({ positions: 6, sameTop: 1, mode: { kind: "exact" } });
    expect(exact?.forward).toBeCloseTo(forward, 6);
    expect(top?.forward).toBeCloseTo(forward, 6);
    expect(top?.symmetric).toBeCloseTo(exact?.symmetric ?? 0, 6);
    expect(top?.mode).toMatchObject({ kind: "top-k", k: 1, restMass: expect.closeTo(1 - p, 6) });
  });

  it("asks whether an answer ends, of the base too", async () => {
    const questions = set([
      { text: "e", answer: "fgh" },
      { text: "abc", choices: ["d", "defgh"], gold: 1 },
    ]);
    const found = await evaluate(testMeasured({ head: 2 }), questions, ask(["eos"], { base: testMeasured() }));
    expect(found.eos).toMatchObject({
      logProbability: expect.closeTo(-costs(2).next, 5),
      againstBase: expect.closeTo(costs(0).next - costs(2).next, 5),
      medianRank: 1,
      premature: expect.closeTo(Math.exp(-costs(2).other), 5),
      perId: [{ id: 8, token: "." }],
    });
  });

  it("counts the end token of the template among the ends", async () => {
    const found = await evaluate({ ...testMeasured(), ends: [8, 3] }, TEXTS, ask(["eos"]));
    expect(found.eos?.perId.map(({ token }) => token)).toEqual([".", "d"]);
  });

  it("chooses by likelihood", async () => {
    const questions = set([
      { text: "ab", choices: ["dd", "cd"], gold: 1 },
      { text: "ab", choices: ["cd", "dd"], gold: 1 },
      { text: "ab" },
    ]);
    const { multipleChoice } = await evaluate(testMeasured(), questions, ask(["multiple-choice"]));
    const { next, other } = costs(0);
    expect(multipleChoice?.acc).toMatchObject({
      correct: 1,
      total: 2,
      verdicts: [true, false],
      margin: expect.closeTo(0, 6),
    });
    expect(next).toBeLessThan(other);
  });

  it("generates once for the health of answers and for their match", async () => {
    const subject = testMeasured();
    const base = testMeasured({ head: 3 }); // never sure of anything: "a" until the limit
    const questions = set([{ text: "e", answer: "fgh" }, { text: "b", answer: "x" }, { text: "g" }]);
    const found = await evaluate(subject, questions, ask(["generation", "exact-match"], { base }));
    expect(found.exactMatch).toMatchObject({ correct: 1, total: 2, verdicts: [true, false] });
    expect(found.generation).toMatchObject({ runaway: 0, againstBase: { runaway: -1 }, flagged: false });
    expect(subject.model.calls.filter((call) => call === "generate")).toHaveLength(1);
  });

  it("says nothing against a base that sees other tokens", async () => {
    const base = { ...testMeasured(), tokenizer: testTokenizer([0]) };
    const found = await evaluate(testMeasured(), TEXTS, ask(["perplexity", "divergence"], { base }));
    expect(found.perplexity?.bitsPerByte).toBeGreaterThan(0);
    expect(found).not.toHaveProperty("relative");
    expect(found).not.toHaveProperty("divergence");
    expect(found.otherTokens).toEqual({ prompts: 3, of: 3 });
    expect(base.model.calls).toEqual([]);
    await expect(evaluate(testMeasured(), TEXTS, ask(["divergence"], { base }))).rejects.toMatchObject({
      code: "eval/other-tokens",
      facts: { found: 3, prompts: 3 },
    });
  });

  it.each([undefined, 4])("measures the base once for all candidates (top-K %s)", async (topK) => {
    const cache = memoryCache();
    const options = { cache, ...(topK === undefined ? {} : { topK }) };
    const measures: readonly MeasureId[] = ["perplexity", "divergence", "eos", "generation"];
    const first = testMeasured();
    const before = await evaluate(testMeasured({ head: 1 }), TEXTS, ask(measures, { ...options, base: first }));
    expect(first.model.calls).toContain("embed");
    expect(cache.kept.size).toBe(2);
    const again = testMeasured();
    const after = await evaluate(testMeasured({ head: 1 }), TEXTS, ask(measures, { ...options, base: again }));
    expect(again.model.calls).toEqual([]);
    expect({ ...after, seconds: 0 }).toEqual({ ...before, seconds: 0 });
  });

  it("tells how far it is, without ever going back", async () => {
    const said: (readonly [number, number])[] = [];
    await evaluate(
      testMeasured(),
      TEXTS,
      ask(["perplexity", "generation"], { base: testMeasured(), onProgress: (...progress) => said.push(progress) }),
    );
    const total = 17 + 17 + 3 * 8 + 3 * 8;
    expect(new Set(said.map(([, of]) => of))).toEqual(new Set([total]));
    expect(said.map(([done]) => done)).toEqual(said.map(([done]) => done).toSorted((a, b) => a - b));
    expect(said.at(-1)?.[0]).toBe(total);
  });

  it("takes texts too long for one of the models in windows, and cuts questions on the left", async () => {
    const long = set([{ text: "abcdefgh.abc", choices: ["e", "a"], gold: 0 }]);
    const options = ask(["perplexity", "divergence", "eos", "multiple-choice"], { positions: "all" });
    const base = { ...testMeasured(), context: 4 };
    const found = await evaluate(testMeasured({ head: 1 }), long, { ...options, base });
    const entire = await evaluate(testMeasured({ head: 1 }), long, { ...options, base: testMeasured() });
    // Every letter is predicted from the one before, so that windows change no likelihood here.
    expect(found.perplexity?.prompts).toEqual([
      { ...entire.perplexity?.prompts[0], nll: expect.closeTo(11 * costs(1).next, 5) },
    ]);
    expect(found.divergence).toEqual(entire.divergence);
    expect(found.multipleChoice).toEqual(entire.multipleChoice);
    expect(found.tokens).toBe(4 + 5 + 5 + 4 + 4);
    expect(entire.tokens).toBe(12 + 13 + 13);
  });

  it("stops with the signal's reason", async () => {
    const signal = AbortSignal.abort();
    await expect(evaluate(testMeasured(), TEXTS, ask(["perplexity"], { signal }))).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});
