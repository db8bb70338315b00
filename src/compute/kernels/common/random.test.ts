import { describe, expect, it } from "vitest";
import { keepBound, philox, randomKey, randomWords } from "./random";

describe("philox", () => {
  // Known answers of Random123 (kat_vectors, philox4x32 10).
  it.each([
    { counter: [0, 0, 0, 0], key: [0, 0], words: "6627e8d5 e169c58d bc57ac4c 9b00dbd8" },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: "408f276d 41c83b0e a20bc7c6 6d5451fd",
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: "d16cfe09 94fdcceb 5001e420 24126ea1",
    },
  ] as const)("gives $words", ({ counter: [c0, c1, c2, c3], key: [k0, k1], words }) => {
    const out = new Uint32Array(4);
    philox([k0, k1], c0, c1, c2, c3, out);
    expect([...out].map((word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(words);
  });
});

describe("random words", () => {
  it("are the same from any start", () => {
    const key = randomKey(1, "a", "b");
    const all = new Uint32Array(4099);
    randomWords(key, 0, all);
    const part = new Uint32Array(35);
    randomWords(key, 4064, part);
    expect([...part]).toEqual([...all.subarray(4064)]);
  });

  it("reach beyond 2^32 elements", () => {
    const [near, far] = [new Uint32Array(4), new Uint32Array(4)];
    randomWords([1, 2], 0, near);
    randomWords([1, 2], 2 ** 34, far);
    expect([...far]).not.toEqual([...near]);
  });

  it("keep about the share that is asked for", () => {
    const words = new Uint32Array(100_000);
    randomWords(randomKey(42, "model", "tensor"), 0, words);
    const kept = words.filter((word) => word < keepBound(0.3)).length / words.length;
    expect(Math.abs(kept - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / words.length));
  });
});

describe("keys of random streams", () => {
  it("are FNV-1a of seed, model and tensor", () => {
    // Computed once with Python: fnv1a64(b"0\0org/model\0x.weight").
    expect(randomKey(0, "org/model", "x.weight")).toEqual([0xfd296cd7, 0x29e23ae1]);
  });

  it("differ when any part does, and parts do not run into each other", () => {
    const keys = [
      randomKey(1, "a", "b"),
      randomKey(2, "a", "b"),
      randomKey(1, "ab", ""),
      randomKey(1, "", "ab"),
      randomKey(1, "b", "a"),
    ];
    expect(new Set(keys.map(String)).size).toBe(keys.length);
  });
});

it("keeps nothing at density 0", () => {
  expect(keepBound(0)).toBe(0);
  expect(keepBound(0.5)).toBe(2 ** 31);
  expect(keepBound(1)).toBe(2 ** 32 - 1);
});
