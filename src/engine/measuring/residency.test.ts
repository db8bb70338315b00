import { expect, it } from "vitest";
import { Residency } from "./residency";

function open(capacity: number) {
  const residency = new Residency();
  residency.moveTo(capacity);
  const gone: string[] = [];
  return { residency, gone, admit: (name: string, bytes: number) => residency.admit(bytes, () => gone.push(name)) };
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
