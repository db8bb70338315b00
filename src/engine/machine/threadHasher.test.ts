import { createHash } from "node:crypto";
import { createSHA256 } from "hash-wasm";
import { expect, it } from "vitest";
import type { HashReply, HashRequest } from "./hashing";
import { type HashThread, threadHashers } from "./threadHasher";

/** The hashing thread's protocol without a thread; `held` requests are not answered until `release`. */
class FakeThread extends EventTarget implements HashThread {
  readonly #hashes = new Map<number, ReturnType<typeof createSHA256>>();
  readonly held: HashRequest[] = [];
  holding = false;
  terminated = false;

  terminate(): void {
    this.terminated = true;
  }

  postMessage(request: HashRequest): void {
    if (this.holding) this.held.push(request);
    else void this.#answer(request);
  }

  release(): void {
    this.holding = false;
    for (const request of this.held.splice(0)) void this.#answer(request);
  }

  async #answer(request: HashRequest): Promise<void> {
    const making = this.#hashes.get(request.file) ?? createSHA256();
    this.#hashes.set(request.file, making);
    const hash = await making;
    if (!("end" in request)) hash.update(request.bytes);
    const data: HashReply =
      "end" in request
        ? { file: request.file, sha256: hash.digest() }
        : { file: request.file, taken: request.bytes.length };
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const expected = (...parts: Uint8Array[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

it("hashes several files at once on one thread", async () => {
  const threads: FakeThread[] = [];
  const newHasher = threadHashers(() => {
    const thread = new FakeThread();
    threads.push(thread);
    return thread;
  });
  const [a, b] = [await newHasher(), await newHasher()];
  await a.update(bytes(10, 1));
  await b.update(bytes(20, 2));
  await a.update(bytes(30, 3));
  expect(await Promise.all([a.digest(), b.digest()])).toEqual([
    expected(bytes(10, 1), bytes(30, 3)),
    expected(bytes(20, 2)),
  ]);
  expect(threads).toHaveLength(1);
});

it("gives the digest of nothing", async () => {
  const hasher = await threadHashers(() => new FakeThread())();
  expect(await hasher.digest()).toBe(expected());
});

it("leaves the sender's bytes alone", async () => {
  const hasher = await threadHashers(() => new FakeThread())();
  const mine = bytes(5, 7);
  await hasher.update(mine);
  expect(mine).toEqual(bytes(5, 7));
});

it("makes the sender wait while 64 MiB are waiting", async () => {
  const thread = new FakeThread();
  const hasher = await threadHashers(() => thread)();
  thread.holding = true;
  await hasher.update(bytes(64 * 2 ** 20, 1));
  let taken = false;
  const next = hasher.update(bytes(1, 2)).then(() => {
    taken = true;
  });
  await Promise.resolve();
  expect(taken).toBe(false);
  thread.release();
  await next;
  expect(taken).toBe(true);
});

it("fails what waits when the thread dies, and starts another for the next file", async () => {
  const threads: FakeThread[] = [];
  const newHasher = threadHashers(() => {
    const thread = new FakeThread();
    threads.push(thread);
    return thread;
  });
  const hasher = await newHasher();
  if (threads[0]) threads[0].holding = true;
  const digest = hasher.digest();
  threads[0]?.dispatchEvent(new Event("error"));
  await expect(digest).rejects.toMatchObject({ code: "engine/hashing-died" });
  await expect(hasher.update(bytes(1, 1))).rejects.toMatchObject({ code: "engine/hashing-died" });
  expect(await (await newHasher()).digest()).toBe(expected());
  expect(threads.map(({ terminated }) => terminated)).toEqual([true, false]);
});
