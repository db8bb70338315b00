import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import { normals } from "../../compute/devices/devices.testing";
import { narrow, widen } from "../../formats/convert";
import type { OutputDType } from "../../formats/dtypes";
import { memorySource } from "../../io/memory";
import { testModel } from "../checkpoint.testing";
import { AssembledSource } from "./assembled";
import { FILL, MEAN, mapBytes, type RowMap, rowMap, ZERO } from "./rowMap";

const WIDTH = 40;

/** Two matrices of 100 and 80 rows, and what is read of their files. */
function twoMatrices(dtypes: readonly [OutputDType, OutputDType] = ["F32", "F32"]) {
  const reads: (readonly [start: number, end: number])[] = [];
  const model = (key: string, rows: number, seed: number, dtype: OutputDType) => {
    const values = normals(seed, rows * WIDTH);
    const made = testModel(key, { x: { shape: [rows, WIDTH], values, dtype } }, (bytes) => ({
      ...memorySource(key, bytes),
      async read(start, end) {
        reads.push([start, end]);
        return bytes.slice(start, end);
      },
    }));
    const stored = widen(narrow(values, dtype), dtype);
    return { source: made.weights, row: (at: number) => stored.subarray(at * WIDTH, (at + 1) * WIDTH) };
  };
  return { reads, a: model("a", 100, 1, dtypes[0]), b: model("b", 80, 2, dtypes[1]) };
}

const PARTS = (dtypes: readonly [OutputDType, OutputDType] = ["F32", "F32"]) => [
  { model: "a", tensor: "x", dtype: dtypes[0] },
  { model: "b", tensor: "x", dtype: dtypes[1] },
];

/** Rows of a turned around, two of b, zeros, the mean of three, and two that are filled. */
function mixedMap(dtypes?: readonly [OutputDType, OutputDType]): RowMap {
  const part = [...Array(90).fill(0), 1, 1, ZERO, MEAN, FILL, FILL];
  const row = [...Array.from({ length: 90 }, (_, at) => 89 - at), 79, 3, 0, 0, 0, 0];
  return rowMap({
    parts: PARTS(dtypes),
    part: Int32Array.from(part),
    row: Int32Array.from(row),
    means: Int32Array.of(3, 0, 5, 0, 99, 1, 0),
  });
}

function open(matrices: ReturnType<typeof twoMatrices>, map: RowMap): AssembledSource {
  const parts = [matrices.a, matrices.b].map(({ source }) => ({ source, name: "x" }));
  return new AssembledSource({ name: "x", shape: [map.part.length, WIDTH] }, map, parts);
}

/** The same, worked out in one go. */
function expected({ a, b }: ReturnType<typeof twoMatrices>): Float32Array {
  const mean = (rows: readonly Float32Array[]) =>
    Float32Array.from({ length: WIDTH }, (_, k) => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length);
  const rows = [
    ...Array.from({ length: 90 }, (_, at) => a.row(89 - at)),
    b.row(79),
    b.row(3),
    new Float32Array(WIDTH),
    mean([a.row(5), a.row(99), b.row(0)]),
  ];
  const filled = mean(rows);
  return Float32Array.from([...rows, filled, filled].flatMap((row) => [...row]));
}

describe("a matrix made of rows of others", () => {
  it("has those rows, zeros, means, and what is filled is the mean of all others", async () => {
    const matrices = twoMatrices();
    const values = widen(await open(matrices, mixedMap()).read("x", 0, 96 * WIDTH), "F32");
    expect(values).toEqual(expected(matrices));
  });

  it("is the same in any stretches, also those that begin in the middle of a row, and on a device", async () => {
    const source = open(twoMatrices(), mixedMap());
    const whole = await source.read("x", 0, 96 * WIDTH);
    for (const step of [1024, 2048]) {
      const pieces: number[] = [];
      for (let at = 0; at < 96 * WIDTH; at += step) {
        for (const byte of await source.read("x", at, Math.min(at + step, 96 * WIDTH))) pieces.push(byte);
      }
      expect(Uint8Array.from(pieces)).toEqual(whole);
    }
    const device = openCpuDevice({ reason: "A test asks for it." });
    using placed = await source.place("x", 1024, 3000, device);
    expect(await device.read(placed.buffer, 0, (3000 - 1024) * 4)).toEqual(whole.subarray(1024 * 4, 3000 * 4));
  });

  it("has the type of its parts where they have one, their rows bit for bit, and else is float32", async () => {
    const halves = twoMatrices(["BF16", "BF16"]);
    const half = open(halves, mixedMap(["BF16", "BF16"]));
    expect(half.tensors.get("x")?.dtype).toBe("BF16");
    const got = widen(await half.read("x", 0, 90 * WIDTH), "BF16");
    expect(got.subarray(0, WIDTH)).toEqual(halves.a.row(89));
    const mixed = twoMatrices(["BF16", "F16"]);
    const wide = open(mixed, mixedMap(["BF16", "F16"]));
    expect(wide.tensors.get("x")?.dtype).toBe("F32");
    expect(widen(await wide.read("x", 0, 96 * WIDTH), "F32")).toEqual(expected(mixed));
  });

  it("says which bytes it takes, and takes them together where they are near", async () => {
    const { reads, ...matrices } = twoMatrices();
    const source = open({ reads, ...matrices }, mixedMap());
    const rowBytes = WIDTH * 4;
    expect((await source.ranges("x", 0, 90 * WIDTH)).map(({ start, end }) => end - start)).toEqual([90 * rowBytes]);
    expect(source.bytesOf("x", 90 * WIDTH)).toBe(90 * rowBytes);
    expect(source.bytesOf("x", 96 * WIDTH)).toBe(mapBytes(mixedMap(), WIDTH));
    await source.read("x", 0, 90 * WIDTH);
    expect(reads).toHaveLength(1);
    // What is filled depends on everything.
    const filled = await source.ranges("x", 95 * WIDTH, 96 * WIDTH);
    expect(filled.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(100 * rowBytes + 80 * rowBytes);
  });

  it("is read in pieces of a few megabytes, however large it is, also with padding", async () => {
    const [rows, width] = [6000, 1024];
    const largest = { bytes: 0 };
    const model = testModel(
      "a",
      { x: { shape: [rows, width], values: new Float32Array(rows * width).fill(1) } },
      (bytes) => ({
        ...memorySource("a", bytes),
        async read(start, end) {
          largest.bytes = Math.max(largest.bytes, end - start);
          return bytes.slice(start, end);
        },
      }),
    );
    const part = new Int32Array(rows + 8);
    part.fill(FILL, rows);
    const row = Int32Array.from(part, (_, at) => (at * 7) % rows);
    const map = rowMap({ parts: [{ model: "a", tensor: "x", dtype: "F32" }], part, row, means: new Int32Array() });
    const source = new AssembledSource({ name: "x", shape: [rows + 8, width] }, map, [
      { source: model.weights, name: "x" },
    ]);
    const end = widen(await source.read("x", rows * width, (rows + 8) * width), "F32");
    expect(new Set(end)).toEqual(new Set([1]));
    expect(largest.bytes).toBeLessThanOrEqual(4 * 2 ** 20 + 4096);
  });
});

describe("a row map", () => {
  it("has a digest that tells it from any other, and is the same for an equal one", () => {
    const map = mixedMap();
    expect(map.digest).toMatch(/^[0-9a-f]{32}$/);
    expect(mixedMap().digest).toBe(map.digest);
    const changed = (change: Partial<RowMap>) => rowMap({ ...map, ...change }).digest;
    const others = [
      changed({ parts: PARTS(["BF16", "F32"]) }),
      changed({ part: Int32Array.from(map.part, (kind, at) => (at === 3 ? ZERO : kind)) }),
      changed({ row: Int32Array.from(map.row, (row, at) => (at === 90 ? row - 1 : row)) }),
      changed({ means: Int32Array.of(3, 0, 5, 0, 98, 1, 0) }),
    ];
    expect(new Set([map.digest, ...others]).size).toBe(5);
  });
});
