import { describe, expect, it } from "vitest";
import type { EndReading } from "../baseCache";
import { eosHealth, readEnd } from "./eosHealth";

const logs = (...probabilities: number[]) => probabilities.map(Math.log);

describe("readEnd", () => {
  it("adds the probabilities of all end ids, and ranks the best of them", () => {
    const reading = readEnd(logs(0.5, 0.1, 0.3, 0.1), [1, 2]);
    expect(Math.exp(reading.logProbability)).toBeCloseTo(0.4, 12);
    expect(reading.rank).toBe(2);
    expect(reading.perId.map(Math.exp)).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.3, 12)]);
  });

  it("ranks equals as one", () => {
    expect(readEnd([1, 1, 1], [2]).rank).toBe(1);
  });

  it("gives an id that the head does not know no probability", () => {
    expect(readEnd(logs(0.5, 0.5), [7])).toEqual({
      logProbability: Number.NEGATIVE_INFINITY,
      rank: 3,
      perId: [Number.NEGATIVE_INFINITY],
    });
  });
});

describe("eosHealth", () => {
  const ends = [{ id: 2, token: "</s>" }];
  const reading = (logProbability: number, rank = 1): EndReading => ({ logProbability, rank, perId: [logProbability] });
  const of = (final: readonly EndReading[], inside: readonly EndReading[] = []) => ({ final, inside });

  it("averages over answers", () => {
    const health = eosHealth(ends, of([reading(-1), reading(-2, 3)], [reading(Math.log(0.2)), reading(Math.log(0.4))]));
    expect(health).toMatchObject({ logProbability: -1.5, medianRank: 2, flagged: false });
    expect(health.premature).toBeCloseTo(0.3, 12);
    expect(health.perId).toEqual([{ id: 2, token: "</s>", logProbability: -1.5 }]);
    expect(health).not.toHaveProperty("againstBase");
  });

  it("flags an end that is more than 2 nats less likely than the base's", () => {
    expect(eosHealth(ends, of([reading(-3)]), of([reading(-1)]))).toMatchObject({ againstBase: -2, flagged: false });
    expect(eosHealth(ends, of([reading(-3.1)]), of([reading(-1)])).flagged).toBe(true);
  });

  it("flags a median rank above 10, with a base and without", () => {
    expect(eosHealth(ends, of([reading(-1, 10)])).flagged).toBe(false);
    expect(eosHealth(ends, of([reading(-1, 11)])).flagged).toBe(true);
    expect(eosHealth(ends, of([reading(-1, 11)]), of([reading(-1)])).flagged).toBe(true);
  });

  it("flags an end that comes five times as often in the middle, if it comes at all", () => {
    const early = (subject: number, base: number) =>
      eosHealth(ends, of([reading(0)], [reading(Math.log(subject))]), of([reading(0)], [reading(Math.log(base))]))
        .flagged;
    expect(early(0.04, 0.01)).toBe(false);
    expect(early(0.06, 0.01)).toBe(true);
    expect(early(1e-6, 1e-9)).toBe(false);
  });

  it("flags what is not a number", () => {
    expect(eosHealth(ends, of([reading(Number.NaN, Number.NaN)])).flagged).toBe(true);
  });
});
