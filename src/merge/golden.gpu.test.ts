import { afterAll, beforeAll, describe } from "vitest";
import { openWebGpuDevice, type WebGpuDevice } from "../compute/devices/webgpu";
import { MemoryFolder } from "../io/memory";
import { describeGolden } from "./golden.testing";

const ROOT = "../../e2e/golden/";
const URLS = import.meta.glob<string>(
  "../../e2e/golden/{merge,around}/{models,expected}/*/*.{json,jinja,safetensors}",
  {
    query: "?url",
    import: "default",
    eager: true,
  },
);

/** One folder of the golden data, fetched from the test's server. */
async function fetchFolder(path: string): Promise<MemoryFolder> {
  const files = new Map<string, Uint8Array>();
  for (const [file, url] of Object.entries(URLS)) {
    if (!file.startsWith(`${ROOT}${path}/`)) continue;
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    files.set(file.slice(`${ROOT}${path}/`.length), new Uint8Array(await response.arrayBuffer()));
  }
  return new MemoryFolder(path, files);
}

let device: WebGpuDevice;
beforeAll(async () => {
  device = await openWebGpuDevice({ gpu: navigator.gpu });
});
afterAll(() => device.close());

describe("golden merges on WebGPU", () => {
  describeGolden(() => device, fetchFolder);
});
