import { beforeAll, describe, expect, it } from "vitest";
import report from "../../e2e/golden/align/report.json";
import { largest } from "../base/lists";
import type { Device } from "../compute/device";
import { largestDistance } from "../compute/devices/devices.testing";
import type { Matrix } from "../compute/linalg/matrix";
import { narrow, widen } from "../formats/convert";
import { readSafetensors } from "../formats/safetensors";
import type { ByteSource, Folder } from "../io/types";
import { openLanguageModel } from "../lm/open";
import { methodFacts } from "../merge/registry";
import { MergedSource } from "../merge/source";
import type { Model } from "../model/model";
import { openCheckpoint } from "../model/open";
import { DONOR_DEFAULTS, type DonorParameters, type PositionRule } from "../recipe/donor/parameters";
import { planMerge } from "../recipe/plan/planMerge";
import { openTokenizer } from "../tokens/tokenizer";
import type { Alignment } from "./fit/alignment";
import { Lender } from "./lender";
import type { StageValues } from "./stages/stageMeter";
import { openTrials, type RunTrial } from "./stages/trial";

/* Expected values were made with NumPy in f64 from the contract's formulas; perplexities with transformers in float32. */

const parameters: DonorParameters = {
  ...DONOR_DEFAULTS,
  ...report.params,
  kl_topk: report.kl_topk,
  kl_positions: report.kl_positions as PositionRule,
};

interface Golden {
  floats(name: string): Promise<Float32Array>;
  integers(name: string): Promise<Int32Array>;
}

async function readGolden(file: ByteSource): Promise<Golden> {
  const { tensors } = await readSafetensors(file);
  const bytes = async (name: string) => {
    const found = tensors.find((tensor) => tensor.name === name);
    if (!found) throw new Error(`No golden ${name}.`);
    return file.read(found.start, found.end);
  };
  return {
    floats: async (name) => widen(await bytes(name), "F32"),
    integers: async (name) => new Int32Array((await bytes(name)).slice().buffer),
  };
}

/** Aligns, blends and measures `llama-base` ← `gemma-donor`, and compares. `folder` opens one of the sample models. */
export function describeGolden(
  device: () => Device,
  folder: (name: string) => Promise<Folder>,
  golden: () => Promise<ByteSource>,
  { caps = false }: { readonly caps?: boolean } = {},
): void {
  let values: Golden;
  let stored: Model;
  let base: Model;
  let lender: Lender;
  let trial: RunTrial;

  beforeAll(async () => {
    values = await readGolden(await golden());
    stored = await openCheckpoint(report.base, await folder(report.base));
    base = wider(stored, device());
    const donor = await openCheckpoint(report.donor, await folder(report.donor));
    lender = await Lender.open(base, donor, { device: device(), maxShared: 0 });
    const source = base.weights;
    const { config } = base;
    const measured = {
      model: await openLanguageModel({ config, source, device: device() }),
      tokenizer: await openTokenizer(base.folder),
      key: report.base,
    };
    const prompts = report.prompts.map((text) => ({ text }));
    trial = openTrials({ device: device(), base: { measured, source, config }, lender, prompts });
  });

  describe.each([
    ["emb", "embedding"],
    ["head", "head"],
  ] as const)("%s", (short, part) => {
    const alignment = (): Alignment => found(lender.alignments[part]);

    it("pairs, means, scale, singular values and cosines", async () => {
      const { pairs, meanBase, meanDonor, scale, rotation, fit } = alignment();
      const expected = await values.integers("pairs");
      expect([...pairs.base].flatMap((id, at) => [id, pairs.donor[at]])).toEqual([...expected]);
      expect(largestDistance(meanBase, await values.floats(`${short}.mu_base`))).toBeLessThan(1e-5);
      expect(largestDistance(meanDonor, await values.floats(`${short}.mu_donor`))).toBeLessThan(1e-5);
      expect(largestDistance([scale], await values.floats(`${short}.scale`))).toBeLessThan(1e-4);
      const singular = await values.floats(`${short}.singular`);
      expect(largestDistance(found(rotation.singular), singular)).toBeLessThan(1e-4 * (singular[0] ?? 1));
      expect(largestDistance(found(lender.cosines(true)[part]), await values.floats(`${short}.cosine`))).toBeLessThan(
        1e-4,
      );
      const stage = short === "emb" ? report.stage_a : report.stage_b;
      expect(fit.residual).toBeCloseTo(stage.residual, 5);
      expect(fit.shared).toBe(report.shared);
    });

    it("the rotation", async () => {
      const { rows, columns, data }: Matrix = alignment().rotation.transposed;
      const expected = await values.floats(`${short}.R`);
      const turned = data.map((_, at) => data[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
      expect(largestDistance(turned, expected)).toBeLessThan(1e-3);
    });

    it("τ, α and the rows of the result", async () => {
      const choice = lender.choose(parameters);
      const selection = found(choice[part]);
      const stage = short === "emb" ? report.stage_a : report.stage_b;
      expect(selection.tau).toBeCloseTo(stage.tau, 5);
      expect(selection.selected).toHaveLength(stage.rows);
      expect(selection.meanAlpha).toBeCloseTo(stage.mean_alpha, 5);
      expect(largestDistance(selection.alpha, await values.floats(`${short}.alpha`))).toBeLessThan(1e-4);

      const strengths = { embedding: 1, head: 1 };
      const source = lender.source(base.weights, choice, strengths, parameters);
      const { name } = alignment().base;
      const expected = await values.floats(`${short}.result`);
      const got = widen(await source.read(name, 0, expected.length), "F32");
      expect(largestDistance(got, expected)).toBeLessThan(1e-4);
      // On the device, in stretches that begin where stripes do.
      const { width } = alignment().base;
      for (const [from, to] of [
        [0, 1024 * width],
        [1024 * width, expected.length],
      ] as const) {
        using placed = await source.place(name, from, to, device());
        const bytes = await device().read(placed.buffer, 0, (to - from) * 4);
        expect(largestDistance(widen(bytes, "F32"), expected.subarray(from, to))).toBeLessThan(1e-4);
      }
      // Rows without a partner are the base's, bit for bit.
      const own = await base.weights.read(name, 0, expected.length);
      const kept = new Uint8Array(await source.read(name, 0, expected.length));
      const blended = new Set(selection.selected.map((at) => alignment().pairs.base[at] ?? -1));
      const differing = Array.from({ length: expected.length / width }, (_, row) => row).filter((row) => {
        const [a, b] = [own, kept].map((bytes) => bytes.subarray(row * width * 4, (row + 1) * width * 4));
        return a && b && a.some((byte, at) => byte !== b[at]);
      });
      expect(differing.filter((row) => !blended.has(row))).toEqual([]);
      expect(differing).toHaveLength(blended.size);
    });
  });

  it("perplexity and divergence by stage", async () => {
    const { base: before, outcome, actions, relPPL, klSym, rows } = await trial(parameters);
    const close = (got: StageValues | undefined, stage: keyof typeof report.stages) => {
      const expected = report.stages[stage];
      const values = found(got);
      expect(Math.abs(values.ppl / expected.ppl - 1)).toBeLessThanOrEqual(1e-3);
      expect(Math.abs(values.relPPL / expected.rel_ppl - 1)).toBeLessThanOrEqual(1e-3);
      expect(Math.abs(values.klSym - expected.kl_sym)).toBeLessThanOrEqual(1e-3 * expected.kl_sym);
      expect(Math.abs(values.klSymTopk - expected.kl_sym_topk)).toBeLessThanOrEqual(1e-3 * expected.kl_sym_topk);
      expect(largestDistance(values.nllPerPrompt, expected.nll_per_prompt)).toBeLessThan(1e-2);
    };
    close(before, "base");
    close(outcome.measured.A, "A");
    close(outcome.measured.B, "A+B");
    expect(actions.map(({ stage, did }) => `${stage} ${did}`)).toEqual(["A kept", "B kept"]);
    expect([relPPL, klSym]).toEqual([outcome.measured.B?.relPPL, outcome.measured.B?.klSym]);
    expect(rows).toEqual({ embedding: report.stage_a.rows, head: report.stage_b.rows });
  });

  it("in the type that the base is stored in, rows are rounded once and others are its own", async () => {
    const choice = lender.choose(parameters);
    const { name, width } = lender.alignments.embedding.base;
    const source = lender.source(stored.weights, choice, { embedding: 1, head: 1 }, parameters);
    const expected = await values.floats("emb.result");
    const bytes = await source.read(name, 0, expected.length);
    const own = await stored.weights.read(name, 0, expected.length);
    const { selected } = choice.embedding;
    const blended = new Set(selected.map((at) => lender.alignments.embedding.pairs.base[at] ?? -1));
    const rounded = narrow(expected, "BF16");
    let off = 0;
    for (let row = 0; row < expected.length / width; row++) {
      const of = (all: Uint8Array) => all.subarray(row * width * 2, (row + 1) * width * 2);
      if (!blended.has(row)) expect(of(bytes)).toEqual(of(own));
      else off = Math.max(off, largestDistance(widen(of(bytes), "BF16"), widen(of(rounded), "BF16")));
    }
    expect(off).toBeLessThan(2 ** -8 * largest(expected.map(Math.abs)));
    using placed = await source.place(name, 0, 1024 * width, device());
    expect(largestDistance(await device().read(placed.buffer, 0, 2048 * width), bytes.subarray(0, 2048 * width))).toBe(
      0,
    );
    expect(source.same?.("model.norm.weight")).toEqual({ source: stored.weights, name: "model.norm.weight" });
  });

  if (!caps) return; // what is decided does not depend on the device
  it("a cap that nothing meets halves, rolls back and leaves the head alone", async () => {
    const { actions, relPPL, klSym, rows } = await trial({ ...parameters, ppl_cap: 1.0001 });
    expect(actions.map(({ stage, did, strength }) => `${stage} ${did} ${strength}`)).toEqual([
      "A halved 1",
      "A halved 0.5",
      "A halved 0.25",
      "A rolled-back 0.125",
      "B skipped 0",
    ]);
    expect([relPPL, klSym, rows]).toEqual([1, 0, { embedding: 0, head: 0 }]);
  });
}

/** The base as a recipe makes it that nobody wrote: in F32, as the expected values are. */
function wider(model: Model, device: Device): Model {
  const recipe = `merge_method: passthrough\nmodels: [{model: ${model.key}}]\ndtype: float32\n`;
  const models = new Map([[model.key, model]]);
  const { plan } = planMerge(recipe, models, methodFacts, { budgetBytes: device.info.budgetBytes });
  const weights = new MergedSource(found(plan), { models, device });
  return { ...model, tensors: weights.tensors, weights };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("It must be there.");
  return value;
}
