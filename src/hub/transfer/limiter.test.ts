import { describe, expect, it } from "vitest";
import { Limiter } from "./limiter";

/** A task that ends when told to. */
function task(started: string[], name: string) {
  const { promise, resolve } = deferred();
  return {
    run: async () => {
      started.push(name);
      await promise;
      return name;
    },
    end: resolve,
  };
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a limiter", () => {
  it("runs so many at once, the others in order", async () => {
    const [limiter, started] = [new Limiter(2), [] as string[]];
    const tasks = ["a", "b", "c", "d"].map((name) => task(started, name));
    const results = Promise.all(tasks.map(({ run }) => limiter.run(run)));
    await turn();
    expect(started).toEqual(["a", "b"]);
    tasks[1]?.end();
    await turn();
    expect(started).toEqual(["a", "b", "c"]);
    for (const { end } of tasks) end();
    expect(await results).toEqual(["a", "b", "c", "d"]);
  });

  it("goes on after a task that failed", async () => {
    const limiter = new Limiter(1);
    await expect(limiter.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await limiter.run(async () => "yes")).toBe("yes");
  });

  it("drops a waiting task whose signal aborts, and none else", async () => {
    const [limiter, started] = [new Limiter(1), [] as string[]];
    const [first, second, third] = [task(started, "1"), task(started, "2"), task(started, "3")];
    const stop = new AbortController();
    const running = limiter.run(first.run);
    const stopped = limiter.run(second.run, stop.signal);
    const last = limiter.run(third.run);
    stop.abort();
    await expect(stopped).rejects.toHaveProperty("name", "AbortError");
    third.end();
    first.end();
    await Promise.all([running, last]);
    expect(started).toEqual(["1", "3"]);
  });

  it("narrows to half, never to none", async () => {
    const [limiter, started] = [new Limiter(3), [] as string[]];
    limiter.narrow();
    limiter.narrow();
    const tasks = ["a", "b"].map((name) => task(started, name));
    const results = Promise.all(tasks.map(({ run }) => limiter.run(run)));
    await turn();
    expect(started).toEqual(["a"]);
    for (const { end } of tasks) end();
    await results;
  });
});
