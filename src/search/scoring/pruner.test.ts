import { describe, expect, it } from "vitest";
import type { PromptScore } from "../../eval/types";
import { Random } from "../numbers/random";
import { judged } from "./pruner";

const TOKENS = 10;
const scores = (nll: readonly number[]): readonly PromptScore[] =>
  nll.map((sum) => ({ nll: sum, tokens: TOKENS, bytes: 4 * TOKENS }));
const sum = (values: readonly PromptScore[]) => values.reduce((all, { nll }) => all + nll, 0);

/** Where a candidate stands after the first of its prompts, under a cap on relative perplexity. */
function standing(seen: number, merged: readonly number[], base: readonly number[], cap: number) {
  const [own, whole] = [scores(merged), scores(base)];
  const allowed = sum(whole) + Math.log(cap) * TOKENS * whole.length;
  return judged(own.slice(0, seen), whole, allowed, Math.log(cap));
}

describe("the guard of a candidate", () => {
  const base = Array.from({ length: 16 }, () => 20);

  it("ends it at once where it is no number", () => {
    expect(standing(1, [Number.NaN], base, 2)).toMatchObject({ rule: "not-finite", ln: Number.POSITIVE_INFINITY });
    expect(standing(1, [Number.POSITIVE_INFINITY], base, 2).rule).toBe("not-finite");
  });

  it("ends it when the sum is beyond what all prompts together may have, and says what it certainly exceeds", () => {
    // 16 prompts of 10 tokens: allowed are 320 + ln 2 · 160 = 430.9 nats.
    const found = standing(2, [300, 150, ...base.slice(2)], base, 2);
    expect(found.rule).toBe("lossless");
    expect(found.ln).toBeCloseTo((450 - 320) / 160, 12);
    expect(standing(2, [200, 150, ...base.slice(2)], base, 2).rule).toBeUndefined();
  });

  it("ends it when it is over by more than two standard errors, after four prompts at the earliest", () => {
    const far = base.map((nll, k) => nll + 12 + (k % 3));
    expect(standing(3, far, base, 2).rule).toBeUndefined();
    const found = standing(4, far, base, 2);
    expect(found.rule).toBe("statistical");
    expect(found.ln).toBeCloseTo((12 + 13 + 14 + 12) / (4 * TOKENS), 12);
    const unsure = [40, 12, 50, 21, ...base.slice(4)];
    expect(standing(4, unsure, base, 2).rule).toBeUndefined();
  });

  it("goes to the end where it is within the cap, and gives relative perplexity then", () => {
    const merged = base.map((nll) => nll * 1.1);
    for (const seen of [2, 4, 8, 16]) expect(standing(seen, merged, base, 2).rule).toBeUndefined();
    expect(standing(16, merged, base, 2).ln).toBeCloseTo(0.2, 12);
  });

  it("never ends by its sum what would have kept within the cap", () => {
    const random = Random.of(6);
    let ended = 0;
    for (let k = 0; k < 2000; k++) {
      const [whole, merged] = [0, 1].map((more) => base.map(() => (1 + more) * 20 * random.uniform()));
      const cap = 1 + 3 * random.uniform();
      const seen = 1 + random.below(15);
      const early = standing(seen, merged ?? [], whole ?? [], cap);
      if (early.rule !== "lossless") continue;
      ended++;
      const end = standing(16, merged ?? [], whole ?? [], cap);
      expect(end.ln).toBeGreaterThan(Math.log(cap));
      expect(end.ln).toBeGreaterThanOrEqual(early.ln - 1e-12);
    }
    expect(ended).toBeGreaterThan(50);
  });
});
