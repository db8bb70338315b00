import type { Bytes, Floats } from "../base/bytes";
import type { Device, DeviceInfo } from "../compute/device";
import { normals } from "../compute/devices/devices.testing";
import { narrow } from "../formats/convert";
import { DTYPE_BYTES, type OutputDType } from "../formats/dtypes";
import { elementCount, type TensorFacts } from "../formats/tensor";
import type { JsonObject } from "../model/model";
import { placeStretch } from "../model/sources/placed";
import { tensorNamed } from "../model/sources/tensorNamed";
import type { FileRange, PlacedTensor, TensorSource } from "../model/sources/tensorSource";

/** Tensors in memory. Knows what it has placed and was not given back. */
export class MemoryTensors implements TensorSource {
  readonly tensors: ReadonlyMap<string, TensorFacts>;
  /** Names of what was placed, in order. */
  readonly placed: string[] = [];
  /** Tensors on the device now, and the most there ever were. */
  readonly live = new Map<string, number>();
  /** Called when something was placed, with the names that are on the device. */
  onPlace: ((live: readonly string[]) => void) | undefined;

  constructor(private readonly values: ReadonlyMap<string, { readonly facts: TensorFacts; readonly bytes: Bytes }>) {
    this.tensors = new Map([...values].map(([name, { facts }]) => [name, facts]));
  }

  async read(name: string, start: number, end: number): Promise<Bytes> {
    const { dtype } = tensorNamed(this.tensors, name, "memory");
    const size = DTYPE_BYTES[dtype];
    return this.values.get(name)?.bytes.slice(start * size, end * size) ?? new Uint8Array();
  }

  async ranges(): Promise<readonly FileRange[]> {
    return [];
  }

  bytesOf(name: string, elements: number): number {
    return elements * DTYPE_BYTES[tensorNamed(this.tensors, name, "memory").dtype];
  }

  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    signal?.throwIfAborted();
    const { dtype } = tensorNamed(this.tensors, name, "memory");
    const read = (from: number, to: number) => this.read(name, from, to);
    const placed = await placeStretch({ name, dtype, start, end, read }, device, signal);
    this.placed.push(name);
    this.live.set(name, (this.live.get(name) ?? 0) + 1);
    this.onPlace?.([...this.live.keys()]);
    return {
      buffer: placed.buffer,
      dtype: placed.dtype,
      count: placed.count,
      [Symbol.dispose]: () => {
        const left = (this.live.get(name) ?? 0) - 1;
        if (left > 0) this.live.set(name, left);
        else this.live.delete(name);
        placed[Symbol.dispose]();
      },
    };
  }

  /** The same tensors but for some: replaced, added, or (`undefined`) left out. */
  with(changes: Readonly<Record<string, MemoryTensor | undefined>>): MemoryTensors {
    const values = new Map(this.values);
    for (const [name, change] of Object.entries(changes)) {
      if (change) values.set(name, stored(name, change));
      else values.delete(name);
    }
    return new MemoryTensors(values);
  }

  /** A tensor's values in f32; it must be stored so. */
  floats(name: string): Floats {
    return new Float32Array(this.values.get(name)?.bytes.slice().buffer ?? new ArrayBuffer(0));
  }
}

export interface MemoryTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly dtype?: OutputDType;
}

function stored(name: string, { shape, values, dtype = "F32" }: MemoryTensor) {
  return { facts: { name, dtype, shape }, bytes: narrow(values, dtype) };
}

export function memoryTensors(tensors: Readonly<Record<string, MemoryTensor>>): MemoryTensors {
  return new MemoryTensors(new Map()).with(tensors);
}

/** The smallest Llama that can be run: random weights, the same for the same seed. */
export function toyLlama(seed: number, dtype: OutputDType = "F32"): { config: JsonObject; source: MemoryTensors } {
  const [hidden, heads, kvHeads, width, vocabulary, layers] = [16, 4, 2, 24, 40, 4];
  const config = {
    architectures: ["LlamaForCausalLM"],
    hidden_size: hidden,
    intermediate_size: width,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    num_hidden_layers: layers,
    vocab_size: vocabulary,
    max_position_embeddings: 256,
    eos_token_id: 2,
  };
  const tensors: Record<string, MemoryTensor> = {};
  const add = (name: string, shape: readonly number[], scale: number, mean = 0) => {
    const values = normals(seed + Object.keys(tensors).length, elementCount(shape)).map(
      (value) => mean + scale * value,
    );
    tensors[name] = { shape, values, dtype };
  };
  const keys = (hidden / heads) * kvHeads;
  add("model.embed_tokens.weight", [vocabulary, hidden], 1);
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`;
    add(`${at}.input_layernorm.weight`, [hidden], 0.2, 1);
    add(`${at}.self_attn.q_proj.weight`, [hidden, hidden], 0.4);
    add(`${at}.self_attn.k_proj.weight`, [keys, hidden], 0.4);
    add(`${at}.self_attn.v_proj.weight`, [keys, hidden], 0.4);
    add(`${at}.self_attn.o_proj.weight`, [hidden, hidden], 0.4);
    add(`${at}.post_attention_layernorm.weight`, [hidden], 0.2, 1);
    add(`${at}.mlp.gate_proj.weight`, [width, hidden], 0.4);
    add(`${at}.mlp.up_proj.weight`, [width, hidden], 0.4);
    add(`${at}.mlp.down_proj.weight`, [hidden, width], 0.4);
  }
  add("model.norm.weight", [hidden], 0.2, 1);
  add("lm_head.weight", [vocabulary, hidden], 0.8);
  return { config, source: memoryTensors(tensors) };
}

/** A device that says something else of itself, to divide its memory otherwise. */
export function disguised(device: Device, info: Partial<DeviceInfo>): Device {
  return wrapped(device, { info: { ...device.info, ...info } });
}

/** A device whose memory is full of NaN when it is lent: nothing may depend on what stood there before. */
export function poisoned(device: Device): Device {
  return wrapped(device, {
    async lease(bytes, label) {
      const buffer = await device.lease(bytes, label);
      device.write(buffer, 0, new Uint8Array(buffer.bytes).fill(0xff));
      return buffer;
    },
  });
}

function wrapped(device: Device, other: Partial<Device>): Device {
  return new Proxy(device, {
    get(target, key) {
      const value: unknown = Reflect.get(key in other ? other : target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Texts of given lengths, ids all over the toy's vocabulary. */
export function toyTexts(...lengths: readonly number[]): readonly (readonly number[])[] {
  return lengths.map((length, text) => Array.from({ length }, (_, i) => (7 * i + 11 * text + i * i) % 40));
}
