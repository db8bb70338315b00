import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Bytes } from "../base/bytes";
import { readSafetensors } from "../formats/safetensors";
import { elementCount, type StoredTensor } from "../formats/tensor";
import { readTorch } from "../formats/torch/torchFile";
import { memorySource } from "../io/memory";
import type { ByteSource } from "../io/types";
import { CheckpointSource } from "./sources/checkpoint";

const FOLDER = "e2e/golden/torch";
const bytesOf = (file: string): Bytes => new Uint8Array(readFileSync(`${FOLDER}/${file}`));
const sourceOf = (file: string) => memorySource(file, bytesOf(file));

async function valuesOf(source: ByteSource, tensors: readonly StoredTensor[]) {
  const weights = new CheckpointSource({
    key: "m",
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    source: async () => source,
  });
  const values = new Map<string, { dtype: string; shape: readonly number[]; bytes: Bytes }>();
  for (const { name, dtype, shape } of tensors) {
    values.set(name, { dtype, shape, bytes: await weights.read(name, 0, elementCount(shape)) });
  }
  return { values, weights };
}

async function truthOf(file: string) {
  const source = sourceOf(file);
  return (await valuesOf(source, (await readSafetensors(source)).tensors)).values;
}

/** A source that notes what is read of it. */
function noted(source: ByteSource) {
  const reads: [number, number][] = [];
  const read: ByteSource["read"] = async (start, end, signal) => {
    reads.push([start, end]);
    return source.read(start, end, signal);
  };
  return { source: { ...source, read }, reads };
}

describe("what torch.save wrote", () => {
  it.each(["odd.bin", "odd-protocol4.bin", "odd-legacy.bin"])(
    "%s: views of shared storages and every type of number have their values",
    async (file) => {
      const source = sourceOf(file);
      const { values } = await valuesOf(source, await readTorch(source));
      const truth = await truthOf("odd.safetensors");
      expect(values.size).toBe(truth.size - (file === "odd-legacy.bin" ? 3 : 0));
      for (const [name, found] of values) expect({ name, ...found }).toEqual({ name, ...truth.get(name) });
    },
  );

  it.each(["odd.bin", "odd-legacy.bin"])("%s: any stretch of a view is that stretch of its values", async (file) => {
    const source = sourceOf(file);
    const tensors = await readTorch(source);
    const { weights } = await valuesOf(source, tensors);
    const truth = await truthOf("odd.safetensors");
    for (const { name, shape, strides, start, end } of tensors) {
      const { bytes = new Uint8Array() } = truth.get(name) ?? {};
      const count = elementCount(shape);
      const size = count === 0 ? 1 : bytes.length / count;
      for (let from = 0; from <= count; from++) {
        for (let to = from; to <= count; to++) {
          expect(await weights.read(name, from, to), `${name} ${from}-${to}`).toEqual(
            bytes.slice(from * size, to * size),
          );
          const [range] = await weights.ranges(name, from, to);
          expect(range.start).toBeGreaterThanOrEqual(start);
          expect(range.end).toBeLessThanOrEqual(end);
        }
      }
      if (!strides) expect(end - start).toBe(bytes.length);
    }
    const strided = tensors.filter(({ strides }) => strides).map(({ name }) => name);
    expect(strided).toEqual(["transposed", "permuted", "strided", "column", "many"]);
  });

  it("keeps two names of one storage at one place", async () => {
    const tensors = await readTorch(sourceOf("odd.bin"));
    const place = (name: string) => {
      const { start, end } = tensors.find((tensor) => tensor.name === name) ?? { start: 0, end: 0 };
      return [start, end];
    };
    expect(place("same")).toEqual(place("one"));
    expect(place("part")[0]).toBe((place("one")[0] ?? 0) + 8);
  });

  it.each(["zip/pytorch_model.bin", "legacy/pytorch_model.bin"])("%s has the values of the model", async (file) => {
    const source = sourceOf(file);
    const { values } = await valuesOf(source, await readTorch(source));
    expect(values).toEqual(await truthOf("truth/model.safetensors"));
  });

  it("of an archive only head, directory and description are read, and where storages begin is asked for none", async () => {
    const { source, reads } = noted(sourceOf("zip/pytorch_model.bin"));
    await readTorch(source);
    expect(reads).toHaveLength(4);
  });

  it("packed anew without the gaps of PyTorch is found by asking", async () => {
    const source = sourceOf("odd.bin");
    const moved = memorySource("odd.bin", repacked(bytesOf("odd.bin")));
    const [there, here] = await Promise.all([readTorch(source), readTorch(moved)]);
    expect((await valuesOf(moved, here)).values).toEqual((await valuesOf(source, there)).values);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ["refused-call.bin", "torch/calls", { found: "posix.system" }],
    ["refused-call-legacy.bin", "torch/calls", { found: "posix.system" }],
    ["refused-module.bin", "torch/calls", { found: "torch.nn.modules.linear.Linear" }],
    ["refused-complex.bin", "torch/calls", { found: "torch.ComplexFloatStorage" }],
    ["refused-sparse.bin", "torch/calls", { found: "torch._utils._rebuild_sparse_tensor" }],
    ["refused-quantised.bin", "torch/calls", { found: "torch._utils._rebuild_qtensor" }],
    ["refused-training.bin", "torch/not-a-tensor", { key: "epoch", found: "a number" }],
    ["refused-list.bin", "torch/not-a-tensor", { found: "a list" }],
    ["refused-script.bin", "torch/no-tensors", { found: "program" }],
  ])("%s is refused: %s", async (file, code, facts) => {
    await expect(readTorch(sourceOf(file))).rejects.toMatchObject({ code, facts });
  });

  it("is all that is there to be refused", () => {
    expect(readdirSync(FOLDER).filter((file) => file.startsWith("refused"))).toHaveLength(9);
  });

  it.each(["odd.bin", "odd-legacy.bin"])("%s cut short anywhere is refused, and never half read", async (file) => {
    const bytes = bytesOf(file);
    for (let size = 0; size < bytes.length; size += 61) {
      const error = await readTorch(memorySource(file, bytes.slice(0, size))).catch((caught: unknown) => caught);
      expect(error, `${size} bytes`).toMatchObject({ code: expect.stringMatching(/^torch\//) });
    }
  });
});

/** The same entries one right after the other, as another program would pack them: no gaps, no descriptions. */
function repacked(bytes: Bytes): Bytes {
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  const [count, from] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let [at, written] = [from, 0];
  for (let entry = 0; entry < count; entry++) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const [size, local] = [view.getUint32(at + 24, true), view.getUint32(at + 42, true)];
    const skipped = 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const header = bytes.slice(local, local + 30 + name);
    new DataView(header.buffer).setUint16(28, 0, true);
    const record = bytes.slice(at, at + 46 + name);
    const fields = new DataView(record.buffer);
    fields.setUint16(8, 0, true);
    fields.setUint16(30, 0, true);
    fields.setUint16(32, 0, true);
    fields.setUint32(42, written, true);
    pieces.push(header, bytes.slice(local + skipped, local + skipped + size));
    written += header.length + size;
    directory.push(record);
    at += 46 + name + extra + comment;
  }
  const last = bytes.slice(end);
  new DataView(last.buffer).setUint32(
    12,
    directory.reduce((sum, record) => sum + record.length, 0),
    true,
  );
  new DataView(last.buffer).setUint32(16, written, true);
  return new Uint8Array(Buffer.concat([...pieces, ...directory, last]));
}
