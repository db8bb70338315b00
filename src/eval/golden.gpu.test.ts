import { afterAll, beforeAll, describe } from "vitest";
import { openWebGpuDevice, type WebGpuDevice } from "../compute/devices/webgpu";
import { MemoryFolder } from "../io/memory";
import { describeGolden } from "./golden.testing";

const FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] as const;

/** A sample model as the page serves it. */
async function fetchSample(name: string): Promise<MemoryFolder> {
  const files = new Map<string, Uint8Array>();
  for (const file of FILES) {
    const response = await fetch(`/samples/${name}/${file}`);
    if (!response.ok) throw new Error(`${file} of ${name}: ${response.status}`);
    files.set(file, new Uint8Array(await response.arrayBuffer()));
  }
  return new MemoryFolder(name, files);
}

let device: WebGpuDevice;
beforeAll(async () => {
  device = await openWebGpuDevice({ gpu: navigator.gpu });
});
afterAll(() => device.close());

describe("golden measures on WebGPU", () => {
  // One merge on the way, on one set: the numbers of all are held on the CPU, those of the kernels beside them.
  describeGolden(() => device, fetchSample, {
    texts: (name) => (name.startsWith("task_arithmetic ja=1.0") ? ["ja"] : []),
    tasks: [],
  });
});
