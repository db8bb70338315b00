import type { Device } from "../../src/compute/device";
import { DTYPE_BYTES, type FloatDType } from "../../src/formats/dtypes";
import { elementCount } from "../../src/formats/tensor";
import type { Model } from "../../src/model/model";
import { anyTokens, openOver, perplexityPass } from "./opened";

/** A model measured layer by layer, its weights dropped on the way. */
export interface Streamed {
  readonly model: string;
  readonly modelBytes: number;
  /** Of one layer's weights. */
  readonly layerBytes: number;
  readonly tokens: number;
  readonly seconds: number;
  /** Most device memory that was ever held, spare buffers of the pool included. */
  readonly peakBytes: number;
  /** f32 [tokens, hidden], once. */
  readonly residualBytes: number;
}

const LAYER = /^model\.layers\.(\d+)\./;

/** One pass for perplexity over a model that is read from its files as it is needed. */
export async function streamed(device: Device, checkpoint: Model, texts: number, length: number): Promise<Streamed> {
  const model = await openOver(checkpoint, checkpoint.weights, device);
  const { vocabulary, hidden } = model.facts;
  const batch = Array.from({ length: texts }, () => anyTokens(length, vocabulary));
  const started = performance.now();
  await perplexityPass(model, batch);
  const seconds = (performance.now() - started) / 1000;
  const bytes = [...checkpoint.tensors.values()].map(({ name, shape, dtype }) => ({
    layer: LAYER.exec(name)?.[1],
    bytes: elementCount(shape) * DTYPE_BYTES[dtype as FloatDType],
  }));
  const sum = (some: readonly { readonly bytes: number }[]) => some.reduce((total, tensor) => total + tensor.bytes, 0);
  return {
    model: checkpoint.key,
    modelBytes: sum(bytes),
    layerBytes: sum(bytes.filter(({ layer }) => layer === "0")),
    tokens: texts * length,
    seconds,
    peakBytes: device.memory.peak,
    residualBytes: 4 * texts * length * hidden,
  };
}
