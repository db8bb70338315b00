import { describe, expect, it } from "vitest";
import type { Device } from "../compute/device";
import { largestDistance } from "../compute/devices/devices.testing";
import { DTYPE_BYTES } from "../formats/dtypes";
import { readSafetensors } from "../formats/safetensors";
import type { Folder } from "../io/types";
import type { JsonObject, Model } from "../model/model";
import { openCheckpoint } from "../model/open";
import type { TokenIds } from "../tokens/types";
import { openLanguageModel } from "./open";
import type { LanguageModel } from "./types";

/** Models that transformers ran, one per architecture or kind of positions. */
const MODELS = [
  "cohere2",
  "exaone4",
  "falcon",
  "falcon_new",
  "gemma",
  "gemma2",
  "gemma3",
  "glm",
  "glm4",
  "glm4_moe",
  "gpt2",
  "gpt_neox",
  "granite",
  "llama",
  "llama3_rope",
  "llama_tied_bias",
  "llama_yarn",
  "mistral_window",
  "mixtral",
  "olmo2",
  "phi2",
  "phi3",
  "qwen2",
  "qwen2_moe",
  "qwen2_tied",
  "qwen3",
  "qwen3_moe",
  "smollm3",
  "stablelm",
  "starcoder2",
] as const;

/** Tokens of the prompts that greedy answers were made for. */
const PROMPT_TOKENS = 10;

/** Runs what transformers ran in float32, and compares. `folder` opens one of `e2e/golden/forward`. */
export function describeGolden(device: () => Device, folder: (name: string) => Promise<Folder>): void {
  describe.each(MODELS)("%s", (name) => {
    const open = async () => {
      const files = await folder(name);
      const checkpoint = await openCheckpoint(name, files);
      return { model: await openModel(checkpoint, files, device()), golden: await readGolden(files) };
    };

    it("gives the logits and likelihoods of transformers", async () => {
      const { model, golden } = await open();
      const texts = rowsOf(golden.input_ids);
      using activations = await model.embed(texts);
      await model.layers(activations, 0, model.facts.layers);
      const positions = texts.flatMap((ids, sequence) => ids.map((_, at) => ({ sequence, at })));
      const logits = await model.logits(await model.states(activations, positions));
      expect(largestDistance(logits, golden.logits.values)).toBeLessThanOrEqual(2e-4);
      const nll = await model.nll(activations);
      expect(nll.map((each) => each.length)).toEqual(texts.map((ids) => ids.length - 1));
      expect(
        largestDistance(Float64Array.from(nll.flatMap((each) => [...each])), golden.nll.values),
      ).toBeLessThanOrEqual(2e-4);
    });

    it("says the same twelve tokens", async () => {
      const { model, golden } = await open();
      const texts = rowsOf(golden.greedy);
      const prompts = texts.map((ids) => ids.slice(0, PROMPT_TOKENS));
      const maxTokens = (texts[0]?.length ?? 0) - PROMPT_TOKENS;
      const options = { maxTokens, temperature: 0, topP: 1, seed: 0, stop: [] };
      const answers = await model.generate(prompts, options);
      expect(answers.map(({ ids }) => ids)).toEqual(texts.map((ids) => ids.slice(PROMPT_TOKENS)));
      expect(answers.map(({ ended }) => ended)).toEqual(["length", "length"]);
    });
  });
}

async function openModel(checkpoint: Model, files: Folder, device: Device): Promise<LanguageModel> {
  const generation = await files.open("generation_config.json");
  const text = new TextDecoder().decode(await generation.read(0, generation.size));
  return openLanguageModel({
    config: checkpoint.config,
    generationConfig: JSON.parse(text) as JsonObject,
    source: checkpoint.weights,
    device,
  });
}

/** A tensor of `golden.safetensors`: F32 or I32. */
interface GoldenTensor {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

async function readGolden(files: Folder) {
  const file = await files.open("golden.safetensors");
  const { tensors } = await readSafetensors(file);
  const read = async (name: string): Promise<GoldenTensor> => {
    const tensor = tensors.find((found) => found.name === name);
    if (!tensor) throw new Error(`No golden ${name}.`);
    const { dtype, start, end, shape } = tensor;
    const bytes = await file.read(start, end);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = DTYPE_BYTES[dtype];
    const at = (i: number) => (dtype === "I32" ? view.getInt32(i, true) : view.getFloat32(i, true));
    return { shape, values: Float64Array.from({ length: (end - start) / size }, (_, i) => at(i * size)) };
  };
  const [input_ids, logits, nll, greedy] = [
    await read("input_ids"),
    await read("logits"),
    await read("nll"),
    await read("greedy"),
  ];
  return { input_ids, logits, nll, greedy };
}

function rowsOf({ shape, values }: GoldenTensor): readonly TokenIds[] {
  const [rows = 0, width = 0] = shape;
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}
