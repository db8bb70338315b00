import { afterAll, describe, expect, it } from "vitest";
import { firstDifference, openTestDevices, testBlocks } from "../../devices/devices.testing";
import { applyMap } from "../map/applyMap";
import type { MapDefinition } from "../map/map";
import { NotFiniteCounter } from "../map/notFinite";
import { randomKey, randomWords } from "./random";

const devices = await openTestDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

const key = { key0: "u32", key1: "u32" } as const;
/** The random words themselves, as bit patterns. */
const words: MapDefinition<typeof key> = {
  name: "test/words",
  imports: ["random.wgsl"],
  bits: true,
  wgsl: "fn map(at: vec4u, $inputs) -> vec4u { return random_words(vec2u(u.key0, u.key1), at); }",
  uniforms: key,
  reference(_, out, { key0, key1 }, start) {
    randomWords([key0, key1], start, new Uint32Array(out.buffer));
  },
};

describe.each(devices)("random words on $name", ({ device }) => {
  it.each([1024, 4096])("are the same for every block size (%i)", async (elements) => {
    const count = 10_001;
    const [key0, key1] = randomKey(7, "some/model", "lm_head.weight");
    const expected = new Uint32Array(count);
    randomWords([key0, key1], 0, expected);
    const got = new Uint32Array(count);
    const blocks = testBlocks(device, [{ dtype: "F8_E4M3", bytes: new Uint8Array(count) }], elements);
    using counter = await NotFiniteCounter.open(device, 1);
    for await (const block of blocks) {
      const bound = { map: words, uniforms: () => ({ key0, key1 }) };
      using made = await applyMap(device, bound, block, blocks.dtypes, "F32", counter);
      got.set(new Uint32Array((await device.read(made, 0, block.count * 4)).buffer), block.start);
    }
    expect(firstDifference(got, expected)).toBeUndefined();
  });
});
