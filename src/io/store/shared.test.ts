import { expect, it } from "vitest";
import { SharedWork } from "./shared";

/** Work that ends when told to, or when it is cancelled. */
function work() {
  const { promise, resolve, reject } = deferred<string>();
  let cancelled = false;
  const shared = new SharedWork((signal) => {
    signal.addEventListener("abort", () => {
      cancelled = true;
      reject(signal.reason);
    });
    return promise;
  });
  return { shared, resolve, cancelled: () => cancelled };
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

it("goes on while one of those who wait is left", async () => {
  const { shared, resolve, cancelled } = work();
  const [first, second] = [new AbortController(), new AbortController()];
  const [a, b] = [shared.wait(first.signal), shared.wait(second.signal)];
  first.abort();
  await expect(a).rejects.toMatchObject({ name: "AbortError" });
  expect(cancelled()).toBe(false);
  resolve("done");
  expect(await b).toBe("done");
  second.abort();
  expect(shared.cancelled).toBe(false);
});

it("is cancelled when all have gone", async () => {
  const { shared, cancelled } = work();
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [shared.wait(first.signal), shared.wait(second.signal)];
  first.abort();
  second.abort();
  await Promise.all(waits.map((wait) => expect(wait).rejects.toMatchObject({ name: "AbortError" })));
  expect(cancelled()).toBe(true);
  expect(shared.cancelled).toBe(true);
});

it("tells its failure to everyone", async () => {
  const shared = new SharedWork(() => Promise.reject(new Error("no")));
  await Promise.all(
    [shared.wait(), shared.wait(new AbortController().signal)].map((wait) => expect(wait).rejects.toThrow("no")),
  );
});

it("does not count one who comes already cancelled", async () => {
  const { shared, resolve } = work();
  expect(() => shared.wait(AbortSignal.abort())).toThrowError(expect.objectContaining({ name: "AbortError" }));
  const wait = shared.wait();
  resolve("done");
  expect(await wait).toBe("done");
});
