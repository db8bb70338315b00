import type { Bytes } from "../base/bytes";
import { stored } from "../compute/devices/devices.testing";
import { DTYPE_BYTES, type DType, type FloatDType } from "../formats/dtypes";
import { elementCount, type StoredTensor } from "../formats/tensor";
import { MemoryFolder, memorySource } from "../io/memory";
import type { ByteSource, Folder } from "../io/types";
import { bringAllArchitectures } from "./architectures/known";
import type { Checkpoint } from "./checkpoint";
import type { JsonObject } from "./model";
import { CheckpointSource } from "./sources/checkpoint";

await bringAllArchitectures(); // as opening a model does

/** Shapes by tensor name; F32 unless a dtype is given. */
export type ToyTensors = Readonly<Record<string, readonly number[] | { dtype: DType; shape: readonly number[] }>>;

/** A checkpoint for tests of what is decided from headers alone: it has no bytes. */
export function toyCheckpoint(
  key: string,
  config: JsonObject,
  tensors: ToyTensors,
  options: { readonly revision?: string; readonly files?: readonly string[] } = {},
): Checkpoint {
  let start = 0;
  const stored = Object.entries(tensors).map(([name, facts]): [string, StoredTensor] => {
    const { dtype, shape } = "dtype" in facts ? facts : { dtype: "F32" as const, shape: facts };
    const end = start + elementCount(shape) * DTYPE_BYTES[dtype];
    const tensor = { name, dtype, shape, file: "model.safetensors", start, end };
    start = end;
    return [name, tensor];
  });
  const source = async (file: string) => memorySource(file, new Uint8Array(start));
  const files = options.files ?? ["tokenizer.json", "tokenizer_config.json", "generation_config.json"];
  const configText = JSON.stringify(config, null, 2);
  return {
    key,
    folder: new MemoryFolder(key, {}),
    ...(options.revision === undefined ? {} : { revision: options.revision }),
    config: JSON.parse(configText) as JsonObject,
    configText,
    files: files.map((path) => ({ path, size: 10 })),
    tensors: new Map(stored),
    weights: new CheckpointSource({ key, tensors: new Map(stored), source }),
    source,
  };
}

export interface ToyLlama {
  readonly layers?: number;
  readonly width?: number;
  readonly vocabulary?: number;
  /** Whether it has an `lm_head`; its config says the opposite of `tie_word_embeddings`. */
  readonly head?: boolean;
  readonly dtype?: DType;
  readonly config?: JsonObject;
  readonly without?: readonly string[];
  readonly extra?: ToyTensors;
  readonly revision?: string;
}

/** The smallest thing with a Llama's names. */
export function toyLlama(key: string, toy: ToyLlama = {}): Checkpoint {
  const { layers = 4, width = 8, vocabulary = 16, head = true, dtype = "F32", without = [], extra = {} } = toy;
  const tensors: Record<string, ToyTensors[string]> = {
    "model.embed_tokens.weight": { dtype, shape: [vocabulary, width] },
    "model.norm.weight": { dtype, shape: [width] },
    ...(head ? { "lm_head.weight": { dtype, shape: [vocabulary, width] } } : {}),
  };
  for (let layer = 0; layer < layers; layer++) {
    const add = (name: string, shape: readonly number[]) => {
      tensors[`model.layers.${layer}.${name}.weight`] = { dtype, shape };
    };
    for (const name of ["q_proj", "k_proj", "v_proj", "o_proj"]) add(`self_attn.${name}`, [width, width]);
    for (const name of ["gate_proj", "up_proj"]) add(`mlp.${name}`, [2 * width, width]);
    add("mlp.down_proj", [width, 2 * width]);
    for (const name of ["input_layernorm", "post_attention_layernorm"]) add(name, [width]);
  }
  for (const name of without) delete tensors[name];
  const config = {
    architectures: ["LlamaForCausalLM"],
    num_hidden_layers: layers,
    tie_word_embeddings: !head,
    torch_dtype: "float32",
    vocab_size: vocabulary,
    ...toy.config,
  };
  return toyCheckpoint(
    key,
    config,
    { ...tensors, ...extra },
    toy.revision === undefined ? {} : { revision: toy.revision },
  );
}

/** A tensor of a test model. */
export interface TestTensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  /** F32 unless given. */
  readonly dtype?: FloatDType;
}

/** A model in memory: one file without a header, tensors one after the other. */
export function testModel(
  key: string,
  tensors: Readonly<Record<string, TestTensor>>,
  open: (bytes: Bytes) => ByteSource = (bytes) => memorySource(key, bytes),
): Checkpoint {
  const file = "model.bin";
  const facts = new Map<string, StoredTensor>();
  const pieces: Bytes[] = [];
  let end = 0;
  for (const [name, { shape, values, dtype = "F32" }] of Object.entries(tensors)) {
    const bytes = stored(Float32Array.from(values), dtype);
    facts.set(name, { name, dtype, shape, file, start: end, end: end + bytes.length });
    pieces.push(bytes);
    end += bytes.length;
  }
  const all = new Uint8Array(end);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  const source = open(all);
  const folder: Folder = { name: key, list: async () => [{ path: file, size: end }], open: async () => source };
  return {
    key,
    folder,
    config: {},
    configText: "{}",
    files: [{ path: file, size: end }],
    tensors: facts,
    weights: new CheckpointSource({ key, tensors: facts, source: async () => source }),
    source: async () => source,
  };
}
