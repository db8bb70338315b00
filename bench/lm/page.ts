import type { Device } from "../../src/compute/device";
import { openDevice } from "../../src/compute/open";
import type { EngineClient } from "../../src/engine/boundary/client";
import { fetchedFolder } from "../../src/io/fetched";
import { filesFolder } from "../../src/io/file";
import type { Model } from "../../src/model/model";
import { openCheckpoint } from "../../src/model/open";
import { makeFamily } from "./family";
import { type OnTheWay, onTheWay } from "./onTheWay";
import { anyTokens } from "./opened";
import { type Product, products } from "./products";
import type { LmSizes } from "./sizes";
import { type Slider, slider } from "./slider";
import { type Speed, speed } from "./speed";
import { type Streamed, streamed } from "./streamed";

/** The forward pass and what evaluation does with it, as the driver outside the browser asks for it, part by part. */
export interface LmBench {
  products(sizes: LmSizes): Promise<readonly Product[]>;
  speed(sizes: LmSizes): Promise<readonly Speed[]>;
  onTheWay(sizes: LmSizes): Promise<readonly OnTheWay[]>;
  /** The picked model, or, where none is picked, a made-up one. */
  streamed(sizes: LmSizes): Promise<Streamed>;
  /** After `start` of the bench's page. */
  slider(): Promise<Slider>;
}

export function lmBench(engine: EngineClient, picked: () => readonly File[]): LmBench {
  return {
    products: ({ rows, width }) => withDevice((device) => products(device, rows, width)),
    speed: (sizes) =>
      withDevice(async (device) => {
        const [larger] = await makeFamily(sizes.shape);
        return [await speed(device, await openSample("llama-base"), sizes), await speed(device, larger, sizes)];
      }),
    onTheWay: ({ shape, promptTokens }) =>
      withDevice(async (device) => {
        const text = anyTokens(promptTokens, shape.vocab_size);
        return onTheWay(device, await makeFamily(shape), [text]);
      }),
    streamed: (sizes) =>
      withDevice(async (device) => {
        const files = picked().map((file) => ({ path: file.name, file }));
        const model = files.length > 0 ? await openCheckpoint("picked", filesFolder("picked", files)) : undefined;
        return streamed(device, model ?? (await makeFamily(sizes.shape))[0], sizes.texts, sizes.textTokens);
      }),
    slider: () => slider(engine),
  };
}

function openSample(name: string): Promise<Model> {
  return openCheckpoint(name, fetchedFolder(name, new URL(`samples/${name}`, location.href).href));
}

/** A device of its own for each part: its peak of memory is the part's. */
async function withDevice<T>(work: (device: Device) => Promise<T>): Promise<T> {
  const device = await openDevice({ prefer: "webgpu" });
  try {
    return await work(device);
  } finally {
    device.close();
  }
}
