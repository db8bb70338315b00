import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import type { TokenIds } from "../../tokens/types";
import { disguised, toyLlama, toyTexts } from "../model.testing";
import { openLanguageModel } from "../open";
import type { GenerateOptions } from "../types";

const cpu = () => openCpuDevice({ reason: "A test asks for it." });
const { config, source } = toyLlama(3);
const prompts = toyTexts(5, 1, 8);
const greedy: GenerateOptions = { maxTokens: 6, temperature: 0, topP: 1, seed: 0, stop: [] };
const sampled: GenerateOptions = { ...greedy, temperature: 1.5, topP: 0.95, seed: 7 };
const open = (device = cpu()) => openLanguageModel({ config, source, device });

/** The likeliest next token of a text, without a cache. */
async function next(model: Awaited<ReturnType<typeof open>>, text: TokenIds) {
  using activations = await model.embed([text]);
  await model.layers(activations, 0, model.facts.layers);
  const logits = await model.logits(await model.states(activations, [{ sequence: 0, at: text.length - 1 }]));
  return logits.indexOf(Math.max(...logits));
}

describe("generate", () => {
  it("says what passes over the whole text say, token by token", async () => {
    const model = await open();
    const answers = await model.generate(prompts, greedy);
    for (const [i, prompt] of prompts.entries()) {
      const text = [...prompt];
      for (let token = 0; token < greedy.maxTokens; token++) text.push(await next(model, text));
      expect(answers[i]).toEqual({ ids: text.slice(prompt.length), ended: "length" });
    }
  });

  it("ends at a stop id, which is the last of the answer, and goes on with the others", async () => {
    const model = await open();
    const full = await model.generate(prompts, sampled);
    const stop = full[0]?.ids[2] ?? -1;
    const cut = full.map(({ ids }) => {
      const end = ids.indexOf(stop);
      return end < 0 ? { ids, ended: "length" } : { ids: ids.slice(0, end + 1), ended: "stop" };
    });
    const told: [number, number][] = [];
    const onToken = (sequence: number, id: number) => told.push([sequence, id]);
    expect(await model.generate(prompts, { ...sampled, stop: [stop], onToken })).toEqual(cut);
    for (const [i, { ids }] of cut.entries()) {
      expect(told.filter(([sequence]) => sequence === i).map(([, id]) => id)).toEqual(ids);
    }
    expect(cut[0]?.ended).toBe("stop");
  });

  it("repeats itself under one seed, and not under another", async () => {
    const model = await open();
    const first = await model.generate(prompts, sampled);
    expect(await model.generate(prompts, sampled)).toEqual(first);
    expect(await model.generate(prompts, { ...sampled, seed: 8 })).not.toEqual(first);
  });

  it("says the same in small waves, with weights that do not stay", async () => {
    const device = cpu();
    const tensors = toyLlama(3).source;
    // A quarter of the budget holds 16 keys of 4 layers: one answer at a time. No layer fits into what is left.
    const small = disguised(device, { budgetBytes: 4 * 16 * 4 * 64 });
    const model = await openLanguageModel({ config, source: tensors, device: small });
    expect(await model.generate(prompts, sampled)).toEqual(await (await open()).generate(prompts, sampled));
    const placed = tensors.placed.filter((name) => name === "model.layers.0.mlp.up_proj.weight");
    expect(placed).toHaveLength(prompts.length * sampled.maxTokens);
    expect(device.memory.lent).toBe(0);
  });

  it("places weights that fit once", async () => {
    const tensors = toyLlama(3).source;
    const model = await openLanguageModel({ config, source: tensors, device: cpu() });
    await model.generate(prompts, greedy);
    expect(tensors.placed).toHaveLength(tensors.tensors.size);
    expect(tensors.live.size).toBe(0);
  });

  it("says nothing when nothing is asked for", async () => {
    const model = await open();
    expect(await model.generate(prompts, { ...greedy, maxTokens: 0 })).toEqual(
      prompts.map(() => ({ ids: [], ended: "length" })),
    );
    expect(await model.generate([], greedy)).toEqual([]);
  });

  it("stops between two steps", async () => {
    const device = cpu();
    const stop = new AbortController();
    let tokens = 0;
    const onToken = () => {
      if (++tokens === 6) stop.abort();
    };
    const model = await open(device);
    await expect(model.generate(prompts, { ...greedy, onToken, signal: stop.signal })).rejects.toThrow(
      expect.objectContaining({ name: "AbortError" }),
    );
    expect(tokens).toBe(6);
    expect(device.memory.lent).toBe(0);
  });
});
