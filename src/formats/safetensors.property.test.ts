import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bytes } from "../base/bytes";
import { AwaseError } from "../base/errors";
import { memorySource } from "../io/memory";
import type { ByteSource } from "../io/types";
import { DTYPE_BYTES, type DType } from "./dtypes";
import { MAX_HEADER_BYTES, readSafetensors } from "./safetensors";
import { fileWith } from "./safetensors.testing";
import { planShards } from "./safetensorsWriter";
import { elementCount, type TensorFacts } from "./tensor";

const RUNS = 2500;

const dtype = fc.constantFrom(...(Object.keys(DTYPE_BYTES) as DType[]));
const name = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("__proto__", "constructor", "model.layers.0.mlp.up_proj.weight", "10", "\u0000", "\ud800"),
);
const tensor: fc.Arbitrary<TensorFacts> = fc
  .record({
    name: name.filter((text) => text !== "__metadata__"),
    dtype,
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
  })
  .filter(({ dtype, shape }) => Number.isInteger(elementCount(shape) * DTYPE_BYTES[dtype])); // of 4 and 6 bits, whole bytes
const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 });

/** Counts what is read, so that a header's claim alone cannot make the reader take memory. */
function counted(bytes: Uint8Array): { readonly source: ByteSource; read(): number } {
  const inner = memorySource("f", bytes);
  let read = 0;
  const source: ByteSource = {
    name: inner.name,
    size: inner.size,
    read(start, end, signal) {
      read += end - start;
      return inner.read(start, end, signal);
    },
  };
  return { source, read: () => read };
}

/** A correct read or a coded error, of no more bytes than there are or the cap allows. */
async function readsOrRefuses(bytes: Uint8Array): Promise<void> {
  const { source, read } = counted(bytes);
  try {
    const file = await readSafetensors(source);
    let at = file.dataStart;
    for (const { start, end, dtype, shape } of file.tensors) {
      expect(start).toBe(at);
      expect(end - start).toBe(elementCount(shape) * DTYPE_BYTES[dtype]);
      at = end;
    }
    expect(at).toBe(bytes.length);
  } catch (error) {
    if (!(error instanceof AwaseError)) throw error;
    expect(error.code).toMatch(/^safetensors\//);
  }
  expect(read()).toBeLessThanOrEqual(Math.min(bytes.length, MAX_HEADER_BYTES + 8));
}

function written(facts: readonly TensorFacts[]): Bytes {
  const [shard] = planShards(facts, 0);
  const file = new Uint8Array(shard?.size ?? 0);
  file.set(shard?.header ?? []);
  return file;
}

describe("the reader, whatever it is given", () => {
  it("reads back every file the writer lays out", async () => {
    await fc.assert(
      fc.asyncProperty(tensors, async (facts) => {
        const { tensors: got } = await readSafetensors(memorySource("f", written(facts)));
        const byName = (a: TensorFacts, b: TensorFacts) => (a.name < b.name ? -1 : 1);
        expect(got.map(({ name, dtype, shape }) => ({ name, dtype, shape })).sort(byName)).toEqual(
          [...facts].sort(byName),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("survives bytes changed, cut out, put in and cut off", async () => {
    const mutation = fc.record({
      at: fc.nat(),
      kind: fc.constantFrom("set", "flip", "insert", "delete", "cut", "digit"),
      byte: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(tensors, fc.array(mutation, { minLength: 1, maxLength: 4 }), async (facts, mutations) => {
        let bytes = [...written(facts)];
        for (const { at, kind, byte } of mutations) {
          const where = at % (bytes.length + 1);
          if (kind === "set") bytes[where] = byte;
          else if (kind === "flip") bytes[where] = (bytes[where] ?? 0) ^ (1 << (byte % 8));
          else if (kind === "insert") bytes.splice(where, 0, byte);
          else if (kind === "delete") bytes.splice(where, 1 + (byte % 8));
          else if (kind === "digit") bytes[where] = 0x30 + (byte % 10);
          else bytes = bytes.slice(0, where);
        }
        await readsOrRefuses(Uint8Array.from(bytes));
      }),
      { numRuns: RUNS },
    );
  });

  it("survives headers of any JSON", async () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.integer(),
      fc.double(),
      fc.constantFrom("U8", "F32", 2 ** 53, -0, [0, 4], [4]),
    );
    const entry = fc.record(
      {
        dtype: fc.oneof(dtype, odd),
        shape: fc.oneof(fc.array(fc.nat(3)), odd),
        data_offsets: fc.oneof(fc.tuple(fc.nat(20), fc.nat(20)), odd),
      },
      { requiredKeys: [] },
    );
    const header = fc.oneof(fc.jsonValue(), fc.dictionary(name, fc.oneof(entry, odd)));
    await fc.assert(
      fc.asyncProperty(header, fc.nat(40), async (value, data) => {
        await readsOrRefuses(fileWith(JSON.stringify(value) ?? "", data));
      }),
      { numRuns: RUNS },
    );
  });

  it("survives noise, and any claimed header length", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.option(fc.bigInt(0n, 2n ** 64n - 1n)),
        async (noise, length) => {
          await readsOrRefuses(length === null ? noise : fileWith(noise, 0, length));
        },
      ),
      { numRuns: RUNS },
    );
  });
});
