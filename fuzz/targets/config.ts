import { readFileSync } from "node:fs";
import type { Bytes } from "../../src/base/bytes";
import type { Device } from "../../src/compute/device";
import { openCpuDevice } from "../../src/compute/devices/cpu";
import { isObject } from "../../src/formats/json";
import { parsePythonJson } from "../../src/formats/pythonJson";
import { MemoryFolder } from "../../src/io/memory";
import type { Folder } from "../../src/io/types";
import { openLanguageModel } from "../../src/lm/open";
import { methodFacts } from "../../src/merge/registry";
import type { Checkpoint } from "../../src/model/checkpoint";
import { architectureNames } from "../../src/model/config";
import { layoutOf } from "../../src/model/layout/layoutOf";
import { openCheckpoint } from "../../src/model/open";
import { planMerge } from "../../src/recipe/plan/planMerge";
import { LLAMA_CONFIG, llamaTensors, weightsFile } from "../models";
import { type Json, jsonOf, mutateJson, printJson } from "../mutate/json";
import { mutateText } from "../mutate/text";
import { checkProblems } from "../problems";
import { readStrictJson } from "../reference/json";
import { same } from "../same";
import { filesEnding, folderFiles } from "../seeds";
import { ACCEPTED, answerOf, ensure, type Target, textOf } from "../target";

/** Families whose weights lie beside their configs. */
const FAMILIES = "e2e/golden/forward";

const KEYS = [
  "architectures",
  "model_type",
  "num_hidden_layers",
  "n_layer",
  "num_layers",
  "hidden_size",
  "num_attention_heads",
  "num_key_value_heads",
  "head_dim",
  "intermediate_size",
  "vocab_size",
  "rope_theta",
  "rope_scaling",
  "rope_parameters",
  "rope_type",
  "factor",
  "layer_types",
  "sliding_window",
  "sliding_window_pattern",
  "max_window_layers",
  "full_attention_interval",
  "mlp_only_layers",
  "decoder_sparse_step",
  "num_experts",
  "num_local_experts",
  "num_experts_per_tok",
  "text_config",
  "quantization_config",
  "quant_method",
  "tie_word_embeddings",
  "torch_dtype",
  "dtype",
  "eos_token_id",
  "bos_token_id",
  "num_nextn_predict_layers",
  "no_rope_layers",
  "hidden_act",
  "rms_norm_eps",
  "attention_bias",
  "partial_rotary_factor",
];
const VALUES = [
  '["LlamaForCausalLM"]',
  '["GPT2LMHeadModel"]',
  '["Gemma2ForCausalLM"]',
  '["MixtralForCausalLM"]',
  '["NoSuchModel"]',
  '"llama"',
  '{"rope_type":"yarn","factor":4.0}',
  '{"type":"linear","factor":2}',
  '{"rope_type":"llama3","factor":8}',
  '["full_attention"]',
  '["sliding_attention","full_attention"]',
  '{"quant_method":"fp8"}',
  '{"quant_method":"awq"}',
  '"bfloat16"',
  '"float16"',
  '"silu"',
  '"gelu"',
];

/**
 * The settings of a model. What is accepted says what the file says, by a reader that knows JSON's grammar (with Python's numbers)
 * and nothing else; whatever stands in it, layers are those that the weights have, the forward pass is described or refused, a merge
 * is planned or has problems, and the config that is written is JSON in which everything that the merge does not change is as it was.
 */
export const config: Target = {
  name: "config",
  time: { base: 250, perKb: 60 },
  async open() {
    const families = filesEnding(FAMILIES, "/config.json").map((path) => {
      const files = folderFiles(path.replace(/\/config\.json$/, ""));
      const weights = headerOnly(files.get("model.safetensors") ?? new Uint8Array());
      const text = readFileSync(path, "utf8");
      return { text, json: jsonOf(JSON.parse(text)), weights };
    });
    const llama = weightsFile(llamaTensors(2));
    const toy = {
      text: JSON.stringify(LLAMA_CONFIG, null, 2),
      json: jsonOf(LLAMA_CONFIG),
      weights: { bytes: llama, size: llama.length },
    };
    const seeds = [...families, toy, toy, toy, toy];
    const device = openCpuDevice({ reason: "The CPU was asked for." });
    const texts = seeds.map(({ text }) => text);
    return {
      make(random) {
        const at = random.below(seeds.length);
        const seed = seeds[at] ?? toy;
        const changed: Json = random.oneIn(30)
          ? seed.json
          : mutateJson(random, seed.json, { names: KEYS, values: VALUES });
        const text = random.oneIn(4)
          ? mutateText(random, seed.text, { words: [...KEYS, ...VALUES], others: texts })
          : printJson(random, changed);
        return { "config.json": text, weights: String(at) };
      },
      async check(input) {
        const text = textOf(input, "config.json");
        const seed = seeds[Number(textOf(input, "weights"))] ?? toy;
        const bytes = new TextEncoder().encode(text);
        const answer = await answerOf(() => openCheckpoint("m", modelFolder(bytes, seed.weights)));
        const read = readStrictJson(new TextDecoder().decode(bytes), { python: true });
        const isSound = read !== undefined && isObject(read.value);
        if ("code" in answer) {
          ensure(
            !isSound || answer.code !== "model/config" || read.depth > 32,
            () => "a config that is JSON is refused as if it were none",
          );
          return answer.code;
        }
        ensure(isSound, () => "a config is taken that is no JSON object");
        ensure(same(answer.value.config, read.value), () => "a config is read as something else than it says");
        return checkModel(answer.value, device);
      },
    };
  },
};

async function checkModel(model: Checkpoint, device: Device): Promise<string> {
  const { modules } = layoutOf([model], architectureNames(model.config)[0]);
  for (const { depths } of modules) {
    for (const depth of depths.values())
      ensure(Number.isSafeInteger(depth) && depth >= 0 && depth <= model.tensors.size, () => `it has ${depth} layers`);
  }
  await checkPlan(model);
  const opened = await answerOf(() => openLanguageModel({ config: model.config, source: model.weights, device }));
  if ("code" in opened) return `${ACCEPTED} to merge, ${opened.code}`;
  const { layers, vocabulary } = opened.value.facts;
  ensure(layers <= model.tensors.size && vocabulary > 0, () => `it has ${layers} layers and ${vocabulary} tokens`);
  return ACCEPTED;
}

const RECIPES = [
  "merge_method: linear\nmodels: [{model: m, parameters: {weight: 1}}]\ndtype: bfloat16\n",
  "merge_method: passthrough\nslices:\n  - sources: [{model: m, layer_range: [0, 2]}]\n  - sources: [{model: m, layer_range: [1, 2]}]\n",
];

async function checkPlan(model: Checkpoint): Promise<void> {
  for (const recipe of RECIPES) {
    const { plan, problems } = planMerge(recipe, new Map([["m", model]]), methodFacts, { budgetBytes: 2 ** 26 });
    checkProblems(problems, recipe + model.configText);
    ensure(
      (plan === undefined) === problems.some(({ severity }) => severity === "error"),
      () => "there is a plan with errors, or none without",
    );
    if (!plan) continue;
    const file = plan.sideFiles.find(({ path }) => path === "config.json");
    ensure(file?.kind === "text", () => "the plan has no config.json");
    const written = readStrictJson(file.text, { python: true });
    ensure(
      written !== undefined && same(written.value, plan.config),
      () => "the config that is written is not what was planned",
    );
    ensure(same(parsePythonJson(file.text), plan.config), () => "the config that is written reads as something else");
    const stack = recipe === RECIPES[1];
    for (const [key, value] of Object.entries(model.config)) {
      // A list may have an entry for each layer, which follows a stack.
      if (CHANGED.test(key) || (stack && (!KEPT.test(key) || (Array.isArray(value) && !LISTS.test(key))))) continue;
      ensure(
        Object.hasOwn(plan.config, key) && same(plan.config[key], value),
        () => `the merge changes ${JSON.stringify(key)} in config.json`,
      );
    }
  }
}

/** What a merge in bfloat16 writes anew. */
const CHANGED =
  /^(?:torch_dtype|dtype|tie_word_embeddings|quantization_config|compression_config|num_nextn_predict_layers|text_config|vocab_size)$/;
/** Of which no stack makes anything else. */
const KEPT =
  /^(?:architectures|model_type|hidden_size|intermediate_size|rms_norm_eps|rope_theta|hidden_act|eos_token_id)$/;

const LISTS = /^(?:architectures|eos_token_id)$/;

/** Weights whose header alone is there: nobody reads more here. */
interface Weights {
  readonly bytes: Uint8Array;
  readonly size: number;
}

function headerOnly(file: Uint8Array): Weights {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { bytes: file.slice(0, 8 + length), size: file.length };
}

function modelFolder(config: Uint8Array, { bytes, size }: Weights): Folder {
  const files = new MemoryFolder("m", { "config.json": config });
  const read = async (start: number, end: number): Promise<Bytes> => {
    const result = new Uint8Array(end - start);
    result.set(bytes.subarray(start, Math.min(end, bytes.length)));
    return result;
  };
  return {
    name: "m",
    list: async () => [...(await files.list()), { path: "model.safetensors", size }],
    open: (path) => (path === "model.safetensors" ? Promise.resolve({ name: path, size, read }) : files.open(path)),
  };
}
