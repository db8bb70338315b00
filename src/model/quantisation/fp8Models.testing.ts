import type { Bytes } from "../../base/bytes";
import { planShards } from "../../formats/safetensorsWriter";
import type { TensorFacts } from "../../formats/tensor";
import { MemoryFolder } from "../../io/memory";
import { concatenated } from "../../io/sources.testing";
import type { ByteRange, ByteSource, Folder } from "../../io/types";

/** A tensor of a test model: what its file has. */
export interface FileTensor extends TensorFacts {
  readonly bytes: Bytes;
}

/** Codes with scales, and the f32 values they stand for, worked out one by one from the definition of the formats. */
export interface Fp8Tensor {
  readonly files: readonly FileTensor[];
  readonly values: FileTensor;
}

export type ScaleKind = "one" | "rows" | "blocks";

/** Of `blocks`: neither divides the shapes here. */
export const BLOCK = [10, 12] as const;

/** A matrix of every finite code, from a seed. */
export function fp8Matrix(
  name: string,
  [rows, columns]: readonly [number, number],
  { kind, seed, suffix = "_scale" }: { readonly kind: ScaleKind; readonly seed: number; readonly suffix?: string },
): Fp8Tensor {
  const codes = Uint8Array.from({ length: rows * columns }, (_, i) => {
    const code = Math.imul(i + 1 + seed * 7919, 2654435761) >>> 24;
    return (code & 0x7f) === 0x7f ? 0 : code; // 0x7f and 0xff are NaN
  });
  const [blockRows, blockColumns] = kind === "one" ? [rows, columns] : kind === "rows" ? [1, columns] : BLOCK;
  const scaleShape = [Math.ceil(rows / blockRows), Math.ceil(columns / blockColumns)] as const;
  const scales = Float32Array.from({ length: scaleShape[0] * scaleShape[1] }, (_, i) => (1 + ((i * 5) % 7)) / 3001);
  const values = Float32Array.from(codes, (code, i) => {
    const at = Math.floor(i / columns / blockRows) * scaleShape[1] + Math.floor((i % columns) / blockColumns);
    return e4m3(code) * (scales[at] ?? Number.NaN);
  });
  const shown = kind === "one" ? [] : scaleShape;
  return {
    files: [
      { name, dtype: "F8_E4M3", shape: [rows, columns], bytes: codes },
      { name: `${name}${suffix}`, dtype: "F32", shape: shown, bytes: new Uint8Array(scales.buffer) },
    ],
    values: { name, dtype: "F32", shape: [rows, columns], bytes: new Uint8Array(values.buffer) },
  };
}

/** Sign, 4 bits of exponent with bias 7, 3 of fraction; below the least normal in steps of 2^-9. */
function e4m3(code: number): number {
  const exponent = (code >> 3) & 15;
  const fraction = code & 7;
  const magnitude = exponent === 0 ? fraction * 2 ** -9 : (1 + fraction / 8) * 2 ** (exponent - 7);
  return code & 0x80 ? -magnitude : magnitude;
}

/** A folder with one weight file. */
export function folderWith(
  name: string,
  config: object,
  tensors: readonly FileTensor[],
  watch: (source: ByteSource) => ByteSource = (source) => source,
): Folder {
  const file = safetensors(tensors);
  const folder = new MemoryFolder(name, {
    "config.json": new TextEncoder().encode(JSON.stringify(config)),
    "model.safetensors": file,
  });
  return {
    name,
    list: () => folder.list(),
    open: async (path) => (path.endsWith(".safetensors") ? watch(await folder.open(path)) : folder.open(path)),
  };
}

/** A source that notes what it was told to expect and what was read. */
export function noted(expected: ByteRange[], reads: ByteRange[]): (source: ByteSource) => ByteSource {
  return (source) => ({
    name: source.name,
    size: source.size,
    expect: (ranges) => void expected.push(...ranges),
    read: (start, end, signal) => {
      reads.push({ start, end });
      return source.read(start, end, signal);
    },
  });
}

export function safetensors(tensors: readonly FileTensor[]): Bytes {
  const [shard] = planShards(tensors, 0);
  if (!shard) throw new Error("There is no tensor.");
  const bytes = new Map(tensors.map((tensor) => [tensor.name, tensor.bytes]));
  const inFile = [...shard.tensors].sort((a, b) => a.start - b.start || a.end - b.end);
  return concatenated([shard.header, ...inFile.map((tensor) => bytes.get(tensor.name) ?? new Uint8Array())]);
}

const HIDDEN = 16;
const INNER = 25;
const VOCABULARY = 40;
const LAYERS = 2;

/** A small Llama whose matrices, embedding and head included, are fp8 with scales, and the same model in f32. */
export function fp8Llama(
  key: string,
  kind: ScaleKind,
  seed: number,
  watch?: (source: ByteSource) => ByteSource,
): { readonly codes: Folder; readonly plain: Folder } {
  const inverse = kind === "blocks";
  const suffix = inverse ? "_scale_inv" : "_scale";
  const shapes: [string, readonly [number, number]][] = [
    ["model.embed_tokens", [VOCABULARY, HIDDEN]],
    ["lm_head", [VOCABULARY, HIDDEN]],
  ];
  const norms = ["model.norm"];
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = `model.layers.${layer}`;
    for (const name of ["q", "k", "v", "o"]) shapes.push([`${at}.self_attn.${name}_proj`, [HIDDEN, HIDDEN]]);
    for (const name of ["gate", "up"]) shapes.push([`${at}.mlp.${name}_proj`, [INNER, HIDDEN]]);
    shapes.push([`${at}.mlp.down_proj`, [HIDDEN, INNER]]);
    norms.push(`${at}.input_layernorm`, `${at}.post_attention_layernorm`);
  }
  const matrices = shapes.map(([name, shape], i) =>
    fp8Matrix(`${name}.weight`, shape, { kind, seed: seed * 100 + i, suffix }),
  );
  const vectors = norms.map((name, i): FileTensor => {
    const values = Float32Array.from({ length: HIDDEN }, (_, at) => 1 + ((at + i + seed) % 5) / 8);
    return { name: `${name}.weight`, dtype: "F32", shape: [HIDDEN], bytes: new Uint8Array(values.buffer) };
  });
  const input: FileTensor = {
    name: "model.layers.0.self_attn.q_proj.input_scale",
    dtype: "F32",
    shape: [],
    bytes: new Uint8Array(4),
  };
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: HIDDEN,
    intermediate_size: INNER,
    num_hidden_layers: LAYERS,
    num_attention_heads: 2,
    num_key_value_heads: 2,
    vocab_size: VOCABULARY,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    hidden_act: "silu",
    max_position_embeddings: 64,
    tie_word_embeddings: false,
    torch_dtype: "bfloat16",
  };
  const said = { quant_method: "fp8", ...(inverse ? { weight_block_size: BLOCK } : {}) };
  return {
    codes: folderWith(
      key,
      { ...config, quantization_config: said },
      [...matrices.flatMap(({ files }) => files), ...vectors, input],
      watch,
    ),
    plain: folderWith(key, config, [...matrices.map(({ values }) => values), ...vectors]),
  };
}
