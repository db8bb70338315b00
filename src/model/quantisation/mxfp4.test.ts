import { describe, expect, it } from "vitest";
import type { StoredTensor } from "../../formats/tensor";
import { memorySource } from "../../io/memory";
import { DequantisedSource } from "../sources/dequantised";
import { withWidenedBlocks } from "./mxfp4";
import { resolveQuantisation } from "./resolve";

const [EXPERTS, ROWS, COLUMNS] = [2, 6, 64];
const CONFIG = { architectures: ["GptOssForCausalLM"], quantization_config: { quant_method: "mxfp4" } };
const stored = (name: string, dtype: StoredTensor["dtype"], shape: readonly number[], start: number, size: number) => ({
  name,
  dtype,
  shape,
  file: "model.safetensors",
  start,
  end: start + size,
});
const codeCount = EXPERTS * ROWS * COLUMNS;
const tensors = new Map(
  [
    stored("mlp.experts.down_proj_blocks", "U8", [EXPERTS, ROWS, COLUMNS / 32, 16], 0, codeCount / 2),
    stored("mlp.experts.down_proj_scales", "U8", [EXPERTS, ROWS, COLUMNS / 32], codeCount / 2, codeCount / 32),
    stored("mlp.router.weight", "BF16", [2, 64], 10_000, 256),
  ].map((tensor) => [tensor.name, tensor]),
);
const bytes = Uint8Array.from({ length: codeCount / 2 + codeCount / 32 }, (_, i) =>
  i < codeCount / 2 ? (i * 37 + (i >> 3)) & 255 : 120 + (i % 9),
);

/** The table of the format, one row of the output at a time, as transformers' `convert_moe_packed_tensors` does it. */
function expected(): number[] {
  const lut = [0, 0.5, 1, 1.5, 2, 3, 4, 6].flatMap((value) => [value]);
  const nibble = (code: number) => (code & 8 ? -1 : 1) * (lut[code & 7] ?? 0);
  const values = Array.from({ length: codeCount }, () => 0);
  for (let e = 0; e < EXPERTS; e++) {
    for (let r = 0; r < ROWS; r++) {
      for (let c = 0; c < COLUMNS; c++) {
        const flat = (e * ROWS + r) * COLUMNS + c;
        const byte = bytes[flat >> 1] ?? 0;
        const scale = bytes[codeCount / 2 + Math.floor(flat / 32)] ?? 0;
        values[(e * COLUMNS + c) * ROWS + r] = nibble(flat % 2 ? byte >> 4 : byte & 15) * 2 ** (scale - 127);
      }
    }
  }
  return values;
}

describe("MXFP4 blocks of gpt-oss", () => {
  const resolved = () => resolveQuantisation({ key: "a", config: CONFIG, files: [] }, tensors);
  const open = () =>
    new DequantisedSource({ key: "a", tensors: resolved(), source: async () => memorySource("m", bytes) });
  const name = "mlp.experts.down_proj";

  it("are one F32 tensor, the other way round, under the name that transformers gives it", () => {
    expect([...resolved().values()].map((tensor) => [tensor.name, tensor.dtype, tensor.shape])).toEqual([
      [name, "F32", [EXPERTS, COLUMNS, ROWS]],
      ["mlp.router.weight", "BF16", [2, 64]],
    ]);
  });

  it("are widened to the values of their table times their scales", async () => {
    const read = await open().read(name, 0, codeCount);
    expect([...new Float32Array(read.buffer)]).toEqual(expected());
  });

  it.each([
    [0, 1],
    [5, 100],
    [380, 390],
    [codeCount - 7, codeCount],
  ])("are read in stretches, elements %i to %i", async (start, end) => {
    const read = await open().read(name, start, end);
    expect([...new Float32Array(read.buffer)]).toEqual(expected().slice(start, end));
  });

  it("are announced once, with their scales", async () => {
    const source = open();
    const size = codeCount / EXPERTS;
    const ranges = [...(await source.ranges(name, 0, size)), ...(await source.ranges(name, size, codeCount))];
    expect(ranges.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(bytes.length);
    expect(source.bytesOf(name, codeCount)).toBe(bytes.length);
    expect(source.same(name)).toBeUndefined();
  });

  it("are refused in any other architecture", () => {
    const config = { ...CONFIG, architectures: ["OtherForCausalLM"] };
    expect(withWidenedBlocks(config, tensors)).toBe(tensors);
    expect(() => resolveQuantisation({ key: "a", config, files: [] }, tensors)).toThrow(
      expect.objectContaining({ code: "model/quantised" }),
    );
  });

  it("are refused where scales are missing", () => {
    const without = new Map([...tensors].filter(([each]) => !each.endsWith("_scales")));
    expect(() => resolveQuantisation({ key: "a", config: CONFIG, files: [] }, without)).toThrow(
      expect.objectContaining({ code: "model/quantised" }),
    );
  });
});
