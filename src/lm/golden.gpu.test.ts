import { afterAll, beforeAll, describe } from "vitest";
import { openWebGpuDevice, type WebGpuDevice } from "../compute/devices/webgpu";
import { MemoryFolder } from "../io/memory";
import { describeGolden } from "./golden.testing";

const ROOT = "../../e2e/golden/forward/";
const URLS = import.meta.glob<string>("../../e2e/golden/forward/*/*.{json,safetensors}", {
  query: "?url",
  import: "default",
  eager: true,
});

/** One model of the golden data, fetched from the test's server. */
async function fetchFolder(name: string): Promise<MemoryFolder> {
  const files = new Map<string, Uint8Array>();
  for (const [file, url] of Object.entries(URLS)) {
    if (!file.startsWith(`${ROOT}${name}/`)) continue;
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    files.set(file.slice(`${ROOT}${name}/`.length), new Uint8Array(await response.arrayBuffer()));
  }
  return new MemoryFolder(name, files);
}

let device: WebGpuDevice;
beforeAll(async () => {
  device = await openWebGpuDevice({ gpu: navigator.gpu });
});
afterAll(() => device.close());

describe("models that transformers ran, on WebGPU", () => {
  describeGolden(() => device, fetchFolder);
});
