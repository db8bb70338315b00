import { describe, expect, it } from "vitest";
import { BoundedQueue } from "./queue";

/** Whether a promise has settled after everything that could run has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
  return done;
}

describe("BoundedQueue", () => {
  it("hands items over in order", async () => {
    const queue = new BoundedQueue<string>(10);
    await queue.push("a", 1);
    await queue.push("b", 1);
    queue.close();
    const seen: string[] = [];
    for await (const item of queue) seen.push(item);
    expect(seen).toEqual(["a", "b"]);
  });

  it("makes the writer wait until there is room for the weight", async () => {
    const queue = new BoundedQueue<string>(10);
    await queue.push("a", 6);
    const second = queue.push("b", 5);
    expect(await settled(second)).toBe(false);
    expect(queue.weight).toBe(6);
    expect(await queue.pull()).toBe("a");
    await second;
    expect(queue.weight).toBe(5);
  });

  it("admits an item heavier than its capacity when it is empty", async () => {
    const queue = new BoundedQueue<string>(10);
    await queue.push("heavy", 1000);
    expect(await settled(queue.push("light", 1))).toBe(false);
    expect(await queue.pull()).toBe("heavy");
  });

  it("makes the reader wait for an item", async () => {
    const queue = new BoundedQueue<string>(10);
    const item = queue.pull();
    expect(await settled(item)).toBe(false);
    await queue.push("a", 1);
    expect(await item).toBe("a");
  });

  it("gives what was waiting, then undefined, after close", async () => {
    const queue = new BoundedQueue<string>(10);
    const late = new BoundedQueue<string>(10).pull();
    await queue.push("a", 1);
    queue.close();
    expect(await queue.pull()).toBe("a");
    expect(await queue.pull()).toBeUndefined();
    await expect(queue.push("b", 1)).rejects.toThrow("closed queue");
    expect(await settled(late)).toBe(false);
  });

  it("wakes a waiting reader on close", async () => {
    const queue = new BoundedQueue<string>(10);
    const item = queue.pull();
    queue.close();
    expect(await item).toBeUndefined();
  });

  it("fails both sides with the first error and drops what was waiting", async () => {
    const queue = new BoundedQueue<string>(1);
    await queue.push("a", 1);
    const blocked = queue.push("b", 1);
    const first = new Error("first");
    queue.fail(first);
    queue.fail(new Error("second"));
    await expect(blocked).rejects.toBe(first);
    await expect(queue.pull()).rejects.toBe(first);
    await expect(queue.push("c", 1)).rejects.toBe(first);
    expect(queue.weight).toBe(0);
  });
});
