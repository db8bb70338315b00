import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { normals } from "../compute/devices/devices.testing";
import { orthonormalRows, random, transposedProduct, unorthogonality } from "../compute/linalg/linalg.testing";
import { narrow, widen } from "../formats/convert";
import type { OutputDType } from "../formats/dtypes";
import { MemoryFolder } from "../io/memory";
import { MemoryTensors } from "../lm/model.testing";
import { DONOR_DEFAULTS } from "../recipe/donor/parameters";
import { Lender, type LendingModel } from "./lender";

const device = openCpuDevice({ reason: "A test asks for it." });
const parameters = { ...DONOR_DEFAULTS, min_tau_emb: -1, min_tau_head: -1, target_head_rows: 1e6, target_emb_frac: 1 };
const BOTH = { embedding: 1, head: 1 };

interface Made {
  readonly tokens: readonly string[];
  readonly width: number;
  readonly values: Float32Array;
  readonly head?: Float32Array;
  readonly dtype?: OutputDType;
  readonly mute?: boolean;
}

const named = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `t${at + from}`);

function model(key: string, { tokens, width, values, head, dtype = "F32", mute = false }: Made): LendingModel {
  const table = (name: string, data: Float32Array) =>
    [name, { facts: { name, dtype, shape: [data.length / width, width] }, bytes: narrow(data, dtype) }] as const;
  const tables = [table("model.embed_tokens.weight", values), ...(head ? [table("lm_head.weight", head)] : [])];
  const definition = { model: { type: "BPE", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])) } };
  const files = { "tokenizer.json": new TextEncoder().encode(JSON.stringify(definition)) };
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: width,
    intermediate_size: width,
    num_attention_heads: 1,
    num_hidden_layers: 1,
    vocab_size: values.length / width,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: head === undefined,
  };
  return { key, config, weights: new MemoryTensors(new Map(tables)), folder: new MemoryFolder(key, mute ? {} : files) };
}

const open = (base: LendingModel, donor: LendingModel, maxShared = 0) =>
  Lender.open(base, donor, { device, maxShared });

/** Rows times a matrix with orthonormal rows (wider) or columns (narrower). */
function turned(values: Float32Array, width: number, to: number): Float32Array {
  const side = Math.max(width, to);
  const basis = orthonormal(77, side);
  const out = new Float32Array((values.length / width) * to);
  for (let row = 0; row < values.length / width; row++) {
    for (let j = 0; j < to; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += (values[row * width + k] ?? 0) * (basis[k * side + j] ?? 0);
      out[row * to + j] = sum;
    }
  }
  return out;
}

const orthonormal = (seed: number, side: number) => orthonormalRows(random(seed, side, side)).data;

describe("a donor", () => {
  const values = normals(1, 120 * 24);
  const base = model("base", { tokens: named(120), width: 24, values });

  it("that is the base, turned into a wider space, is turned back", async () => {
    const lender = await open(base, model("wide", { tokens: named(120), width: 40, values: turned(values, 24, 40) }));
    const { fit, rotation, scale } = lender.alignments.embedding;
    expect(fit.heldOutCosine).toBeCloseTo(1, 5);
    expect(fit.residual).toBeLessThan(1e-6);
    expect(scale).toBeCloseTo(1, 4);
    expect([rotation.transposed.rows, rotation.transposed.columns]).toEqual([24, 40]);
    const choice = lender.choose(parameters);
    const source = lender.source(base.weights, choice, BOTH, parameters);
    const got = widen(await source.read("model.embed_tokens.weight", 0, values.length), "F32");
    expect(Math.max(...got.slice(0, 2400).map((value, at) => Math.abs(value - (values[at] ?? 0))))).toBeLessThan(0.6);
  });

  it("that is narrower spans as many directions as it has", async () => {
    const lender = await open(base, model("narrow", { tokens: named(120), width: 10, values: turned(values, 24, 10) }));
    const { fit, rotation } = lender.alignments.embedding;
    expect([fit.spanned, fit.directions, fit.underdetermined]).toEqual([10, 10, false]);
    expect(unorthogonality(rotation.transposed)).toBeLessThan(1e-5);
    expect(fit.heldOutCosine).toBeGreaterThan(0.4);
  });

  it("with NaN and Inf in rows lends none of them, and none to rows of the base that have some", async () => {
    const own = values.slice();
    own[3 * 24 + 5] = Number.NaN;
    const others = turned(values, 24, 30);
    others[7 * 30] = Number.POSITIVE_INFINITY;
    const broken = model("base", { tokens: named(120), width: 24, values: own });
    const lender = await open(broken, model("donor", { tokens: named(120), width: 30, values: others }));
    const { fit, pairs } = lender.alignments.embedding;
    expect([fit.shared, fit.nonFinite, pairs.base.length]).toEqual([120, 2, 118]);
    expect([...pairs.base].filter((id) => id === 3 || id === 7)).toEqual([]);
    expect(fit.heldOutCosine).toBeCloseTo(1, 4);
  });

  it("that shares a few tokens gives an orthonormal rotation, and it is known how little that says", async () => {
    const few = model("few", { tokens: named(120, 115), width: 30, values: normals(5, 120 * 30) });
    const { embedding } = (await open(base, few)).alignments;
    expect([embedding.fit.shared, embedding.fit.underdetermined]).toEqual([5, true]);
    expect(embedding.fit.spanned).toBeLessThanOrEqual(4);
    expect(unorthogonality(embedding.rotation.transposed)).toBeLessThan(1e-5);
  });

  it.each([
    ["that shares one token", { tokens: named(120, 119), width: 8, values: normals(5, 960) }, "align/too-few"],
    ["that shares no token", { tokens: named(120, 500), width: 8, values: normals(5, 960) }, "align/no-overlap"],
    ["without a tokenizer", { tokens: [], width: 8, values: normals(5, 960), mute: true }, "align/no-tokenizer"],
    ["whose rows are all alike", { tokens: named(120), width: 8, values: new Float32Array(960).fill(2) }, "align/flat"],
  ])("%s is refused by name", async (_, made, code) => {
    await expect(open(base, model("donor", made))).rejects.toMatchObject({ code });
  });

  it("lends the first tokens alone, where so many are enough; tokens without a row lend nothing", async () => {
    const longer = model("donor", { tokens: named(200), width: 24, values: normals(8, 110 * 24) });
    expect([...(await open(base, longer, 50)).alignments.embedding.pairs.base]).toEqual(
      Array.from({ length: 50 }, (_, at) => at),
    );
    expect((await open(base, longer)).alignments.embedding.pairs.base).toHaveLength(110);
  });

  it("lends rows to a head of its own, from its embedding where that is its head; a tied base has none", async () => {
    const untied = model("base", { tokens: named(120), width: 24, values, head: normals(9, 120 * 24) });
    const donor = model("donor", { tokens: named(120), width: 30, values: turned(values, 24, 30) });
    const lender = await open(untied, donor);
    expect(lender.alignments.head?.donor.name).toBe("model.embed_tokens.weight");
    expect(lender.choose(parameters).head?.selected).toHaveLength(120);
    expect((await open(base, donor)).choose(parameters).head).toBeUndefined();
  });

  it("leaves rows that were taken out by hand, and those that are not looked at", async () => {
    const donor = model("donor", { tokens: named(120), width: 24, values: normals(3, 120 * 24) });
    const lender = await open(base, donor);
    const choice = lender.choose(parameters, new Set([4, 9]));
    expect(choice.embedding.selected).toHaveLength(118);
    const all = lender.source(base.weights, choice, BOTH, parameters);
    const some = lender.source(base.weights, lender.choose(parameters), BOTH, parameters, new Set([2]));
    const rowsOf = async (source: typeof all) => {
      const bytes = await source.read("model.embed_tokens.weight", 0, values.length);
      const got = widen(bytes, "F32");
      return named(120).flatMap((_, row) =>
        got.slice(row * 24, row * 24 + 24).some((value, j) => value !== values[row * 24 + j]) ? [row] : [],
      );
    };
    expect(await rowsOf(all)).toEqual(
      Array.from({ length: 120 }, (_, at) => at).filter((row) => row !== 4 && row !== 9),
    );
    expect(await rowsOf(some)).toEqual(Array.from({ length: 120 }, (_, at) => at)); // a tied base: every row is read
  });

  it.each(["F32", "BF16", "F16"] as const)(
    "blends the same on the device as on the host, in %s, also rows of odd length",
    async (dtype) => {
      const width = 33;
      const own = normals(4, 2100 * width);
      const odd = model("base", { tokens: named(2100), width, values: own, dtype });
      const donor = model("donor", { tokens: named(2100), width: 12, values: normals(6, 2100 * 12) });
      const lender = await open(odd, donor);
      const source = lender.source(odd.weights, lender.choose(parameters), BOTH, parameters);
      const name = "model.embed_tokens.weight";
      for (const [from, to] of [
        [0, 1024 * width],
        [1024 * width, 2048 * width],
        [1024, 5000],
      ] as const) {
        using placed = await source.place(name, from, to, device);
        const bytes = await source.read(name, from, to);
        expect(Buffer.from(await device.read(placed.buffer, 0, bytes.length)).equals(Buffer.from(bytes))).toBe(true);
      }
    },
  );
});

it("what is turned keeps its lengths: R is orthonormal on the smaller side", () => {
  const side = orthonormal(77, 20);
  const gram = transposedProduct(
    { rows: 20, columns: 20, data: side as Float64Array<ArrayBuffer> },
    { rows: 20, columns: 20, data: side as Float64Array<ArrayBuffer> },
  );
  expect(gram.data.every((value, at) => Math.abs(value - (at % 21 === 0 ? 1 : 0)) < 1e-10)).toBe(true);
});
