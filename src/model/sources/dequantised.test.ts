import { describe, expect, it } from "vitest";
import type { Bytes } from "../../base/bytes";
import { narrow, widen } from "../../formats/convert";
import { DTYPE_BYTES } from "../../formats/dtypes";
import { elementCount } from "../../formats/tensor";
import { memorySource } from "../../io/memory";
import type { CheckpointTensor } from "../checkpoint";
import type { CodeDType, ScaleDType } from "../quantisation/scaledCodes";
import { CheckpointSource } from "./checkpoint";
import { DequantisedSource } from "./dequantised";
import { originOf } from "./tensorSource";

const FILLER = 5;

/** Codes in one file, scales in another, neither at its beginning. */
function scaledTensor(
  shape: readonly number[],
  block: readonly [number, number],
  { codes = "F8_E4M3", scales = "F32" }: { codes?: CodeDType; scales?: ScaleDType } = {},
) {
  const [rows = 1, columns = 1] = shape.slice(-2);
  const [blockRows, blockColumns] = block;
  const planes = elementCount(shape) / (rows * columns);
  const scaleShape = [planes, Math.ceil(rows / blockRows), Math.ceil(columns / blockColumns)] as const;
  const codeBytes = Uint8Array.from({ length: elementCount(shape) }, (_, i) => (i * 37 + 11) % 127);
  const wanted = Float32Array.from({ length: elementCount(scaleShape) }, (_, i) => (i + 1) / 7 - 1.01);
  const exponents = Uint8Array.from(wanted, (_, i) => 120 + (i % 12));
  const scaleBytes = scales === "F8_E8M0" ? exponents : narrow(wanted, scales);
  const fileOf = (bytes: Uint8Array) => Uint8Array.from([...new Array<number>(FILLER).fill(0xff), ...bytes]);
  const files = new Map([
    ["codes", fileOf(codeBytes)],
    ["scales", fileOf(scaleBytes)],
  ]);
  const at = (length: number) => ({ start: FILLER, end: FILLER + length });
  const tensor: CheckpointTensor = {
    name: "w",
    dtype: "F32",
    shape,
    file: "codes",
    ...at(codeBytes.length),
    scaled: {
      dtype: codes,
      grid: { rows, columns, blockRows, blockColumns },
      scales: { name: "w_scale", dtype: scales, shape: scaleShape, file: "scales", ...at(scaleBytes.length) },
    },
  };
  const source = openTensor(tensor, files);
  const values = widen(codeBytes, codes);
  const factors =
    scales === "F8_E8M0" ? Float32Array.from(exponents, (code) => 2 ** (code - 127)) : widen(scaleBytes, scales);
  /** As a person would write it down, element by element. */
  const naive = Float32Array.from(values, (value, i) => {
    const column = i % columns;
    const row = Math.floor(i / columns) % rows;
    const plane = Math.floor(i / columns / rows);
    const scale = (plane * scaleShape[1] + Math.floor(row / blockRows)) * scaleShape[2];
    return Math.fround(value * (factors[scale + Math.floor(column / blockColumns)] ?? Number.NaN));
  });
  return { source, naive };
}

describe("elements of a model's tensors", () => {
  it.each([
    ["one scale for the tensor", [6, 10], [6, 10]],
    ["one scale per row", [6, 10], [1, 10]],
    ["one scale per column", [6, 10], [6, 1]],
    ["one scale per block, the last ones cut short", [7, 10], [3, 4]],
    ["one scale per group of a row", [5, 12], [1, 4]],
    ["planes with blocks of their own", [3, 5, 7], [2, 3]],
    ["planes with one scale per column", [3, 5, 7], [5, 1]],
    ["a vector", [9], [1, 9]],
  ] as const)("are codes times scales: %s", async (_, shape, block) => {
    for (const scales of ["F32", "BF16", "F16", "F8_E8M0"] as const) {
      for (const codes of ["F8_E4M3", "F8_E5M2"] as const) {
        const { source, naive } = scaledTensor(shape, block, { codes, scales });
        for (let start = 0; start < naive.length; start += 3) {
          for (const end of [start, start + 1, start + 11, naive.length].filter((to) => to <= naive.length)) {
            const read = new Float32Array((await source.read("w", start, end)).buffer);
            expect(read).toEqual(naive.subarray(start, end));
          }
        }
      }
    }
  });

  it("take the codes, and of the scales only the rows of blocks that are touched", async () => {
    const { source } = scaledTensor([7, 10], [3, 4]);
    const ranges = async (start: number, end: number) =>
      (await source.ranges("w", start, end)).map((range) => [range.source.name, range.start, range.end]);
    expect(await ranges(0, 30)).toEqual([
      ["codes", FILLER, FILLER + 30],
      ["scales", FILLER, FILLER + 12],
    ]);
    expect(await ranges(30, 31)).toEqual([
      ["codes", FILLER + 30, FILLER + 31],
      ["scales", FILLER + 12, FILLER + 24],
    ]);
    expect(await ranges(0, 0)).toEqual([["codes", FILLER, FILLER]]);
    expect(source.bytesOf("w", 70)).toBe(70 + 36);
    expect(source.same("w")).toBeUndefined();
  });

  it("are the stored bytes where there are no scales", async () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
    const source = openTensor(
      { name: "w", dtype: "BF16", shape: [8], file: "f", start: 3, end: 19 },
      new Map([["f", bytes]]),
    );
    expect(await source.read("w", 1, 3)).toEqual(bytes.subarray(5, 9));
    expect(source.bytesOf("w", 8)).toBe(8 * DTYPE_BYTES.BF16);
    expect(originOf({ source, name: "w" }).source).toBeInstanceOf(CheckpointSource);
  });
});

function openTensor(tensor: CheckpointTensor, files: ReadonlyMap<string, Bytes>): DequantisedSource {
  return new DequantisedSource({
    key: "model",
    tensors: new Map([[tensor.name, tensor]]),
    source: async (file) => memorySource(file, files.get(file) ?? new Uint8Array()),
  });
}
