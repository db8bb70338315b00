import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { planShards } from "../formats/safetensorsWriter";
import { MemoryFolder } from "../io/memory";
import { nodeFolder } from "../io/node";
import type { Folder } from "../io/types";
import { MemoryEnvironment } from "./machine/memoryEnvironment";
import type { EngineSettings, MergeOptions } from "./protocol/protocol";
import { createSession, type Session } from "./session";

/* What tests of the session share: golden models on disk, and a machine in memory. */

export const GOLDEN = join(import.meta.dirname, "../../e2e/golden/merge");

export const SETTINGS: EngineSettings = {
  hubUrl: "http://hub.test",
  samplesUrl: "http://page.test/samples",
  device: "cpu",
};

export const OPTIONS: MergeOptions = { seed: 0, name: "merged", shardBytes: 5e9, allowNonFinite: false };

export function goldenRecipe(name: string): string {
  return readFileSync(join(GOLDEN, "recipes", `${name}.yaml`), "utf8");
}

/** A started session with all golden models in it. */
export async function openGoldenSession(environment = new MemoryEnvironment()): Promise<Session> {
  const session = createSession(environment);
  await session.start(SETTINGS);
  for (const name of readdirSync(join(GOLDEN, "models"))) {
    await session.place(name, nodeFolder(join(GOLDEN, "models", name)));
  }
  return session;
}

export const SAMPLES = join(import.meta.dirname, "../../public/samples");

/** A started session with the bundled Llamas in it, and the ranges of weights that were read since. */
export async function openSampleSession(environment = new MemoryEnvironment()) {
  const session = createSession(environment);
  await session.start(SETTINGS);
  const reads: string[] = [];
  for (const name of ["llama-base", "llama-ja", "llama-math"]) {
    await session.place(name, watchedWeights(nodeFolder(join(SAMPLES, name)), reads));
  }
  reads.length = 0; // headers
  return { session, reads };
}

/** A folder that notes which ranges of safetensors are read. */
function watchedWeights(folder: Folder, reads: string[]): Folder {
  return {
    name: folder.name,
    list: (signal) => folder.list(signal),
    async open(path, signal) {
      const source = await folder.open(path, signal);
      if (!path.endsWith(".safetensors")) return source;
      return {
        name: source.name,
        size: source.size,
        read(start, end, stop) {
          reads.push(`${folder.name} ${start}-${end}`);
          return source.read(start, end, stop);
        },
      };
    },
  };
}

/** The finished files of a run. */
export function filesOf(environment: MemoryEnvironment, id: string): ReadonlyMap<string, Uint8Array> {
  return environment.outputs.get(id)?.files ?? new Map();
}

/** Hex sha256 of every finished file of a run: what two runs are compared by. */
export function hashesOf(environment: MemoryEnvironment, id: string): ReadonlyMap<string, string> {
  return new Map([...filesOf(environment, id)].map(([path, bytes]): [string, string] => [path, sha256(bytes)]).sort());
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A Llama of one layer whose weights are all `value`. */
export function tinyModel(value: number): MemoryFolder {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    "lm_head.weight": [16, 8],
    "model.embed_tokens.weight": [16, 8],
    "model.layers.0.input_layernorm.weight": [8],
    "model.layers.0.mlp.down_proj.weight": [8, 16],
    "model.layers.0.mlp.gate_proj.weight": [16, 8],
    "model.layers.0.mlp.up_proj.weight": [16, 8],
    "model.layers.0.post_attention_layernorm.weight": [8],
    "model.layers.0.self_attn.k_proj.weight": [8, 8],
    "model.layers.0.self_attn.o_proj.weight": [8, 8],
    "model.layers.0.self_attn.q_proj.weight": [8, 8],
    "model.layers.0.self_attn.v_proj.weight": [8, 8],
    "model.norm.weight": [8],
  };
  const tensors = Object.entries(shapes).map(([name, shape]) => ({ name, dtype: "F32" as const, shape }));
  const files = planShards(tensors, 0).map(({ file, size, header }): [string, Uint8Array] => {
    const values = new Float32Array((size - header.length) / 4).fill(value);
    const bytes = new Uint8Array(size);
    bytes.set(header);
    bytes.set(new Uint8Array(values.buffer), header.length);
    return [file, bytes];
  });
  const config = { architectures: ["LlamaForCausalLM"], model_type: "llama", num_hidden_layers: 1, vocab_size: 16 };
  return new MemoryFolder("tiny", new Map([...files, ["config.json", encode(JSON.stringify(config))]]));
}

/** A recipe that gives the model `x` back as it is. */
export const IDENTITY = "merge_method: linear\nmodels:\n  - {model: x, parameters: {weight: 1}}\n";

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
