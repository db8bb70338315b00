import { describe, expect, it, vi } from "vitest";
import { memo } from "./memo";

describe("memo", () => {
  it("makes a thing once for the same arguments", () => {
    const make = vi.fn((name: string, size: number | undefined) => ({ name, size }));
    const remembered = memo(make);
    expect(remembered("a", 1)).toBe(remembered("a", 1));
    expect(remembered("a", undefined)).toBe(remembered("a", undefined));
    expect(make).toHaveBeenCalledTimes(2);
    expect(remembered("a", 2)).not.toBe(remembered("a", 1));
    expect(remembered("b", 1)).not.toBe(remembered("a", 1));
  });

  it("tells objects apart by identity and arrays by their elements", () => {
    const remembered = memo((of: object, list: readonly string[], last: number) => ({ of, list, last }));
    const [one, other] = [{}, {}];
    expect(remembered(one, ["x", "y"], 1)).toBe(remembered(one, ["x", "y"], 1));
    expect(remembered(one, ["x", "y"], 1)).not.toBe(remembered(other, ["x", "y"], 1));
    expect(remembered(one, ["x"], 1)).not.toBe(remembered(one, ["x", "x"], 1));
  });

  it("does not take one list for another of the same elements", () => {
    const remembered = memo((...lists: readonly (readonly number[])[]) => lists.map((list) => list.length).join());
    expect(remembered([1, 2], [3])).toBe("2,1");
    expect(remembered([1], [2, 3])).toBe("1,2");
    expect(remembered([1, 2, 3])).toBe("3");
  });

  it("asks again when making failed", () => {
    let fails = true;
    const remembered = memo((name: string) => {
      if (fails) throw new Error("not yet");
      return name;
    });
    expect(() => remembered("a")).toThrow("not yet");
    fails = false;
    expect(remembered("a")).toBe("a");
  });
});
