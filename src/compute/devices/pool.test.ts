import { expect, it } from "vitest";
import { BufferPool, sizeClass } from "./pool";

interface Fake {
  readonly bytes: number;
  destroyed: boolean;
}

function poolOf(budgetBytes: number, maxBufferBytes = Number.POSITIVE_INFINITY) {
  const made: Fake[] = [];
  const pool = new BufferPool<Fake>(
    {
      create(bytes) {
        const buffer = { bytes, destroyed: false };
        made.push(buffer);
        return { buffer, ready: Promise.resolve() };
      },
      destroy(buffer) {
        buffer.destroyed = true;
      },
    },
    { budgetBytes, maxBufferBytes },
  );
  return { pool, made };
}

it("lends a returned buffer of the same size and usage again", () => {
  const { pool, made } = poolOf(1 << 20);
  const { loan } = pool.lend(1000, 1, "a");
  loan[Symbol.dispose]();
  loan[Symbol.dispose](); // twice is harmless
  expect(pool.use).toEqual({ lent: 0, held: 1024, peak: 1024 });
  expect(pool.lend(1010, 1, "b").loan.buffer).toBe(made[0]);
  expect(pool.lend(1010, 2, "c").loan.buffer).toBe(made[1]);
  expect(pool.lend(5000, 1, "d").loan.buffer).toBe(made[2]);
  expect(pool.use.lent).toBe(1024 + 1024 + 5120);
});

it("frees the longest unused buffers first, and no more than it must", () => {
  const { pool, made } = poolOf(4096);
  const loans = [1024, 1280, 1536].map((bytes) => pool.lend(bytes, 1, "x").loan);
  for (const loan of loans) loan[Symbol.dispose]();
  pool.lend(1024 + 256 + 256 + 256, 1, "y");
  expect(made.map(({ destroyed }) => destroyed)).toEqual([true, true, false, false]);
  expect(pool.use.held).toBeLessThanOrEqual(4096);
});

it("refuses what does not fit, with both numbers", () => {
  const { pool } = poolOf(4096, 3072);
  pool.lend(2048, 1, "first");
  expect(() => pool.lend(2304, 1, "second")).toThrow(/"second" needs 2304 bytes.*4096.*2048 are free/);
  expect(() => pool.lend(3328, 1, "third")).toThrow(/3328 bytes.*largest.*3072/);
});

it("does not let size classes waste the last of the budget", () => {
  const { pool } = poolOf(10_000);
  pool.lend(8300, 1, "nearly all"); // its class is 9216
  expect(pool.lend(768, 1, "the rest").loan.buffer.bytes).toBe(768);
});

it("forgets a buffer that could not be made", () => {
  const { pool, made } = poolOf(4096);
  pool.lend(4096, 1, "gone").loan.discard();
  expect(made[0]?.destroyed).toBe(true);
  expect(pool.use).toEqual({ lent: 0, held: 0, peak: 4096 });
});

it("wastes at most an eighth", () => {
  for (const bytes of [1, 256, 257, 5000, 70_000, 1_000_003, 2 ** 26 + 1]) {
    expect(sizeClass(bytes)).toBeGreaterThanOrEqual(bytes);
    expect(sizeClass(bytes)).toBeLessThanOrEqual(Math.max(256, bytes * 1.125 + 256));
  }
});
