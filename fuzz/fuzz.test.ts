import { describe, expect, it } from "vitest";
import { faultOf, inputOf, tryOne } from "./run";
import { shrink } from "./shrink";
import { newTally } from "./tally";
import { ACCEPTED, ensure, type Target, textOf } from "./target";
import { targets } from "./targets";

/** Inputs of each target: enough to find what is grossly wrong, few enough for each day. `npm run fuzz` takes more. */
const FEW: Readonly<Record<string, number>> = { safetensors: 400, index: 150, config: 60, yaml: 80, journals: 12 };
const OTHERS = 120;

describe.each(targets)("whatever is given to the reader of $name", (target) => {
  it("it answers rightly or refuses with a code", { timeout: 300_000 }, async () => {
    const open = await target.open();
    const tally = newTally(target.name, 1);
    for (let index = 0; index < (FEW[target.name] ?? OTHERS); index++) {
      await tryOne(target, open, { seed: 1, index, tally, isTimed: false });
    }
    expect(tally.findings).toEqual([]);
    expect(Object.keys(tally.answers).length).toBeGreaterThan(1); // some are taken and some are not
  });

  it("an input is the same each time it is named", async () => {
    const [one, other] = [await target.open(), await target.open()];
    for (const index of [0, 1, 2, 77]) expect(inputOf(target, one, 5, index)).toEqual(inputOf(target, other, 5, index));
    expect(inputOf(target, one, 5, 0)).not.toEqual(inputOf(target, one, 6, 0));
  });
});

/** A reader with a fault: it cannot take an x with a y somewhere behind it. */
const faulty: Target = {
  name: "faulty",
  time: { base: 1000, perKb: 1000 },
  async open() {
    return {
      make: (random) => ({ text: random.list(200, () => random.pick([..."abcxyz"])).join("") }),
      async check(input) {
        ensure(!/x.*y/.test(textOf(input, "text")), () => "an x before a y");
        return ACCEPTED;
      },
    };
  },
};

it("a fault is found, counted under its index, and made as small as it fails", async () => {
  const open = await faulty.open();
  const tally = newTally(faulty.name, 1);
  expect(await tryOne(faulty, open, { seed: 1, index: 3, tally, isTimed: false })).toBe("an x before a y");
  expect(tally).toMatchObject({ inputs: 1, findings: [{ index: 3, what: "an x before a y" }] });
  const smallest = await shrink(
    inputOf(faulty, open, 1, 3),
    async (input) => (await faultOf(open, input)) !== undefined,
  );
  expect(smallest).toEqual({ text: "xy" });
});
