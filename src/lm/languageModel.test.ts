import { describe, expect, it } from "vitest";
import type { Device } from "../compute/device";
import { openCpuDevice } from "../compute/devices/cpu";
import type { TokenIds } from "../tokens/types";
import { PackedActivations } from "./forward/activations";
import { disguised, type MemoryTensors, toyLlama, toyTexts } from "./model.testing";
import { openLanguageModel } from "./open";
import type { LanguageModel } from "./types";

const cpu = () => openCpuDevice({ reason: "A test asks for it." });
const { config, source } = toyLlama(1);
const open = (device: Device, tensors: MemoryTensors = source) =>
  openLanguageModel({ config, source: tensors, device });

async function likelihoods(model: LanguageModel, texts: readonly TokenIds[]) {
  using activations = await model.embed(texts);
  await model.layers(activations, 0, model.facts.layers);
  return await model.nll(activations);
}

/** Bytes of activations per token of the toy. */
const ROW_BYTES = 64;

describe("a language model", () => {
  const texts = toyTexts(9, 1, 14, 5);

  it("tells what it is", async () => {
    const generationConfig = { eos_token_id: [5, 2] };
    const model = await openLanguageModel({ config, generationConfig, source, device: cpu() });
    expect(model.facts).toEqual({ layers: 4, hidden: 16, vocabulary: 40, eos: [2, 5] });
  });

  it("gives a text the same likelihoods alone and in a batch", async () => {
    const model = await open(cpu());
    const together = await likelihoods(model, texts);
    expect(together.map((nll) => nll.length)).toEqual([8, 0, 13, 4]);
    for (const [i, text] of texts.entries()) expect((await likelihoods(model, [text]))[0]).toEqual(together[i]);
  });

  it("gives likelihoods that agree with its logits", async () => {
    const model = await open(cpu());
    using activations = await model.embed(texts);
    await model.layers(activations, 0, model.facts.layers);
    const nll = await model.nll(activations);
    const positions = texts.flatMap((ids, sequence) => ids.slice(1).map((_, at) => ({ sequence, at })));
    const logits = await model.logits(await model.states(activations, positions));
    for (const [row, { sequence, at }] of positions.entries()) {
      const mine = [...logits.subarray(row * 40, (row + 1) * 40)];
      const sum = Math.log(mine.reduce((total, logit) => total + Math.exp(logit), 0));
      expect(nll[sequence]?.[at]).toBeCloseTo(sum - (mine[texts[sequence]?.[at + 1] ?? 0] ?? 0), 5);
    }
  });

  it("makes nothing of chunk borders, and nothing of activations that are on the host", async () => {
    const device = cpu();
    const expected = await likelihoods(await open(device), texts);
    // An eighth of the budget for what is between two steps: two rows at a time. A quarter for activations: more than 12 tokens spill.
    const small = disguised(device, { budgetBytes: 4 * 12 * ROW_BYTES, maxBindingBytes: 1 << 20 });
    const model = await open(small);
    using activations = await model.embed(texts);
    if (!(activations instanceof PackedActivations)) throw new TypeError("Activations of another kind.");
    expect(activations.spilled).toBe(true);
    expect(activations.chunks.length).toBeGreaterThan(texts.length);
    using kept = await activations.clone();
    await model.layers(activations, 0, 4);
    expect(await model.nll(activations)).toEqual(expected);
    await model.layers(kept, 0, 4);
    expect(await model.nll(kept)).toEqual(expected);
    const positions = [
      { sequence: 2, at: 13 },
      { sequence: 0, at: 0 },
    ];
    expect(await model.states(kept, positions)).toEqual(await model.states(activations, positions));
  });

  it("keeps a copy apart from what goes on", async () => {
    const model = await open(cpu());
    using activations = await model.embed(texts);
    await model.layers(activations, 0, 2);
    using copy = await activations.clone();
    await model.layers(activations, 2, 4);
    const expected = await model.nll(activations);
    expect(await model.nll(copy)).not.toEqual(expected);
    await model.layers(copy, 2, 4);
    expect(await model.nll(copy)).toEqual(expected);
  });

  it("takes turns with another model of its shape: base below, merge above", async () => {
    const device = cpu();
    const other = toyLlama(99).source;
    const above = [...source.tensors.keys()].filter((name) => /layers\.[23]\.|model\.norm|lm_head/.test(name));
    const mixed = source.with(
      Object.fromEntries(
        above.map((name) => [name, { shape: other.tensors.get(name)?.shape ?? [], values: other.floats(name) }]),
      ),
    );
    const [base, merge] = [await open(device), await open(device, other)];
    using activations = await base.embed(texts);
    await base.layers(activations, 0, 2);
    await merge.layers(activations, 2, 4);
    expect(await merge.nll(activations)).toEqual(await likelihoods(await open(device, mixed), texts));
  });

  it("has two layers on the device at most, and nothing afterwards", async () => {
    const device = cpu();
    const tensors = toyLlama(1).source;
    const layers = new Set<string>();
    let most = 0;
    tensors.onPlace = (live) => {
      layers.clear();
      for (const name of live) layers.add(/layers\.(\d+)\./.exec(name)?.[1] ?? "outside");
      layers.delete("outside");
      most = Math.max(most, layers.size);
    };
    const model = await open(device, tensors);
    await likelihoods(model, texts);
    expect(most).toBe(2);
    expect(tensors.live.size).toBe(0);
    expect(device.memory.lent).toBe(0);
    expect(new Set(tensors.placed)).toEqual(new Set(tensors.tensors.keys()));

    most = 0;
    await likelihoods(await openLanguageModel({ config, source: tensors, device, prefetch: false }), texts);
    expect(most).toBe(1);
  });

  it("counts layers, and stops between them", async () => {
    const device = cpu();
    const tensors = toyLlama(1).source;
    const model = await open(device, tensors);
    using activations = await model.embed(texts);
    const lent = device.memory.lent;
    const stop = new AbortController();
    const done: number[] = [];
    const onLayer = (layer: number, total: number) => {
      done.push(layer / total);
      if (layer === 2) stop.abort();
    };
    await expect(model.layers(activations, 0, 4, { signal: stop.signal, onLayer })).rejects.toThrow(
      expect.objectContaining({ name: "AbortError" }),
    );
    expect(done).toEqual([0.25, 0.5]);
    expect(device.memory.lent).toBe(lent);
    expect(tensors.live.size).toBe(0);
  });

  it.each([
    { texts: [[1], []], code: "lm/no-tokens" },
    { texts: [[1, 40]], code: "lm/token" },
    { texts: [[1, -1]], code: "lm/token" },
    { texts: [[1, 0.5]], code: "lm/token" },
  ])("refuses $texts", async ({ texts: wrong, code }) => {
    const model = await open(cpu());
    await expect(model.embed(wrong)).rejects.toThrow(expect.objectContaining({ code }));
    const options = { maxTokens: 1, temperature: 0, topP: 1, seed: 0, stop: [] };
    await expect(model.generate(wrong, options)).rejects.toThrow(expect.objectContaining({ code }));
  });

  it("refuses a text whose keys no binding can hold", async () => {
    const model = await open(disguised(cpu(), { maxBindingBytes: 4096 })); // 32 bytes of keys per token
    await expect(model.embed(toyTexts(129))).rejects.toThrow(
      expect.objectContaining({ code: "lm/too-long", facts: { text: 1, found: 129, limit: 128 } }),
    );
  });

  it("refuses activations of another shape", async () => {
    const device = cpu();
    const model = await open(device);
    const batch = { sequences: [], groups: [], width: 8 };
    using narrow = await PackedActivations.make(device, batch, 0, async () => undefined);
    await expect(model.nll(narrow)).rejects.toThrow(expect.objectContaining({ code: "lm/activations" }));
  });

  it("gives nothing for no rows", async () => {
    const model = await open(cpu());
    using activations = await model.embed(texts);
    expect(await model.states(activations, [])).toHaveLength(0);
    expect(await model.logits(new Float32Array(0))).toHaveLength(0);
  });
});
