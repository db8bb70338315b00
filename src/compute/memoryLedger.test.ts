import { expect, it } from "vitest";
import { MEMORY_LEDGER, shareOf } from "./memoryLedger";

it.each(Object.entries(MEMORY_LEDGER))("what is on the device together while %s fits the budget", (_, parts) => {
  const shares: readonly number[] = Object.values(parts);
  expect(shares.every((share) => share > 0)).toBe(true);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1);
});

it("what goes on through several situations has the same room in each", () => {
  const { measuring, scoring, drifting, answering } = MEMORY_LEDGER;
  expect([scoring.weights, drifting.weights, answering.weights]).toEqual(Array(3).fill(measuring.weights));
  expect([scoring.activations, drifting.activations]).toEqual(Array(2).fill(measuring.activations));
  expect(scoring.blocks).toBe(measuring.blocks);
});

it("gives bytes of a budget", () => {
  expect(shareOf(2 ** 28, "measuring", "weights")).toBe(2 ** 27);
});
