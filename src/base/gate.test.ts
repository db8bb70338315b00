import { describe, expect, it } from "vitest";
import { Gate } from "./gate";

/** Comes in one after the other; `inside` holds who is in. */
async function enterAll(gate: Gate, weights: readonly number[]) {
  const inside = new Map<number, Disposable>();
  const entering = weights.map(async (weight, who) => {
    inside.set(who, await gate.enter(weight));
  });
  await settle();
  return { inside, entering };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

describe("Gate", () => {
  it("keeps the weights inside under the limit, in the order of coming", async () => {
    const { inside } = await enterAll(new Gate(10), [4, 6, 1, 1]);
    expect([...inside.keys()]).toEqual([0, 1]);
    inside.get(0)?.[Symbol.dispose]();
    await settle();
    expect([...inside.keys()]).toEqual([0, 1, 2, 3]);
  });

  it("lets what is too heavy go in alone", async () => {
    const { inside } = await enterAll(new Gate(10), [1, 11, 1]);
    expect([...inside.keys()]).toEqual([0]);
    inside.get(0)?.[Symbol.dispose]();
    await settle();
    expect([...inside.keys()]).toEqual([0, 1]);
    inside.get(1)?.[Symbol.dispose]();
    await settle();
    expect(inside.size).toBe(3);
  });

  it("counts a leave once", async () => {
    const { inside } = await enterAll(new Gate(2), [1, 1, 1, 1]);
    inside.get(0)?.[Symbol.dispose]();
    inside.get(0)?.[Symbol.dispose]();
    await settle();
    expect([...inside.keys()]).toEqual([0, 1, 2]);
  });
});
