import { describe, expect, it } from "vitest";
import { Remembered } from "./remembered";

const aborted = () => Promise.reject(AbortSignal.abort().reason);

describe("Remembered", () => {
  it("makes a thing once, also for those who ask while it is made", async () => {
    const remembered = new Remembered<number>();
    let made = 0;
    const make = async () => ++made;
    expect(await Promise.all([remembered.get("a", make), remembered.get("a", make)])).toEqual([1, 1]);
    expect(await remembered.get("a", make)).toBe(1);
    expect(await remembered.get("b", make)).toBe(2);
    remembered.forget("a");
    expect(await remembered.get("a", make)).toBe(3);
  });

  it("forgets what failed", async () => {
    const remembered = new Remembered<number>();
    await expect(remembered.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await remembered.get("a", async () => 1)).toBe(1);
  });

  it("does not let one caller's cancel stop another", async () => {
    const remembered = new Remembered<number>();
    const first = remembered.get("a", aborted);
    const second = remembered.get("a", async () => 2);
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    expect(await second).toBe(2);
  });

  it("stops for the caller's own cancel", async () => {
    const remembered = new Remembered<number>();
    const first = remembered.get("a", aborted);
    const second = remembered.get("a", async () => 2, AbortSignal.abort());
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
  });
});
