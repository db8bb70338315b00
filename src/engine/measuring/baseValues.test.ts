import { expect, it } from "vitest";
import type { BaseValues } from "../../eval/baseCache";
import { memoryRecords } from "../machine/records";
import { type BaseEntry, keepBaseValues } from "./baseValues";

/** 800 bytes. */
const values = (first: number): BaseValues => ({
  kind: "pass",
  nll: [new Float64Array(50).fill(first)],
  rows: { kind: "states", states: new Float32Array(100) },
});

function open() {
  const records = { values: memoryRecords<BaseValues>(), index: memoryRecords<BaseEntry>() };
  let time = 0;
  return { records, cache: keepBaseValues(records, { capBytes: 2000, now: () => ++time }) };
}

it("gives back what was put, and throws out the longest unused under its cap", async () => {
  const { cache, records } = open();
  await cache.put("a", values(1));
  await cache.put("b", values(2));
  expect(await cache.get("a")).toEqual(values(1));
  await cache.put("c", values(3));
  expect(await cache.get("b")).toBeUndefined();
  expect([await cache.get("a"), await cache.get("c")]).toEqual([values(1), values(3)]);
  expect(await records.index.all()).toHaveLength(2);
});

it("does not keep what is larger than its cap", async () => {
  const { cache, records } = open();
  await cache.put("big", {
    kind: "pass",
    nll: [new Float64Array(500)],
    rows: { kind: "states", states: new Float32Array(0) },
  });
  expect(await records.index.all()).toEqual([]);
});

it("fails no measurement when its store does", async () => {
  const { records } = open();
  const broken = async () => Promise.reject(new DOMException("Full.", "QuotaExceededError"));
  const cache = keepBaseValues({ ...records, values: { ...records.values, put: broken, get: broken } });
  await cache.put("a", values(1));
  expect(await cache.get("a")).toBeUndefined();
  expect(await records.index.all()).toEqual([]);
});
