import { describe, expect, it } from "vitest";
import { abortable } from "./abortable";

describe("abortable", () => {
  it("is the promise where nothing is aborted", async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve(1), signal)).toBe(1);
    const failure = new Error("It broke.");
    await expect(abortable(Promise.reject(failure), signal)).rejects.toBe(failure);
  });

  it("rejects with the signal's reason, before and while waiting", async () => {
    const controller = new AbortController();
    const waiting = abortable(new Promise(() => undefined), controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    await expect(abortable(Promise.resolve(1), controller.signal)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("drops an error that comes after the abort", async () => {
    const late = Promise.reject(new Error("Too late."));
    await expect(abortable(late, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });
});
