import { expect, it } from "vitest";
import { RecentBytes } from "./recentBytes";

it("drops what was used least lately once it holds too much", () => {
  const recent = new RecentBytes(10);
  recent.set("a", new Uint8Array(4));
  recent.set("b", new Uint8Array(4));
  recent.get("a");
  recent.set("c", new Uint8Array(4));
  expect(["a", "b", "c"].filter((key) => recent.get(key))).toEqual(["a", "c"]);
});

it("counts a replaced entry once and never holds one over its limit", () => {
  const recent = new RecentBytes(10);
  recent.set("a", new Uint8Array(6));
  recent.set("a", new Uint8Array(6));
  recent.set("b", new Uint8Array(4));
  expect(recent.get("a")).toBeDefined();
  recent.set("a", new Uint8Array(11));
  expect(recent.get("a")).toBeUndefined();
  expect(recent.get("b")).toBeDefined();
  recent.delete("b");
  expect(recent.get("b")).toBeUndefined();
});
