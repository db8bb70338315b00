import { expect, it } from "vitest";
import { Residency } from "./residency";

function open(capacity: number) {
  const residency = new Residency();
  residency.moveTo(capacity);
  const gone: string[] = [];
  const admit = (name: string, bytes: number, passing = 0, always = false) =>
    residency.admit({ bytes, passing, always }, () => gone.push(name));
  return { residency, gone, admit };
}

it("makes room by sending away the longest unused, never one in use", () => {
  const { admit, gone } = open(100);
  const [a, b] = [admit("a", 40), admit("b", 40)];
  a.use()[Symbol.dispose]();
  using _use = b.use();
  const c = admit("c", 60);
  expect(gone).toEqual(["a"]);
  expect([a.evicted, b.evicted, c.bytes]).toEqual([true, false, 60]);
  expect(admit("d", 30).bytes).toBe(30);
  expect(gone).toEqual(["a", "c"]);
  expect(admit("e", 80).bytes).toBe(60);
  expect(gone).toEqual(["a", "c", "d"]);
});

it("gives no more than there is", () => {
  const { admit } = open(100);
  expect(admit("a", 250).bytes).toBe(100);
});

it("keeps nothing while a merge has the device", () => {
  const { residency, admit, gone } = open(100);
  const a = admit("a", 50);
  using _use = a.use();
  const merge = residency.yieldToMerge();
  expect(gone).toEqual(["a"]);
  expect(admit("b", 50).bytes).toBe(0);
  merge[Symbol.dispose]();
  expect(gone).toEqual(["a", "b"]);
  expect(admit("c", 50).bytes).toBe(50);
  a.leave();
  expect(gone).toEqual(["a", "b"]);
});

it("leaves room for layers that pass, where not all can stay", () => {
  expect(open(100).admit("fits", 100, 20).bytes).toBe(100);
  expect(open(100).admit("does not", 101, 20).bytes).toBe(80);
  expect(open(100).admit("larger than all", 500, 200).bytes).toBe(0);
});

it("leaves room for merged layers even where all inputs stay, once for all who take turns", () => {
  const { admit, residency } = open(100);
  using _base = admit("base", 50, 30).use();
  using _inputs = admit("inputs", 40, 20, true).use();
  expect(admit("more", 40, 30, true).bytes).toBe(0);
  expect(open(100).admit("inputs", 90, 20, true).bytes).toBe(80);
  expect(residency.atMost({ bytes: 90, passing: 20, always: true })).toBe(80);
  expect(residency.atMost({ bytes: 90, passing: 20 })).toBe(90);
});
