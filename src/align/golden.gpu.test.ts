import { afterAll, beforeAll, describe } from "vitest";
import golden from "../../e2e/golden/align/golden.safetensors?url";
import { openWebGpuDevice, type WebGpuDevice } from "../compute/devices/webgpu";
import { MemoryFolder } from "../io/memory";
import { describeGolden } from "./golden.testing";

const FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] as const;

async function fetched(urls: Readonly<Record<string, string>>): Promise<MemoryFolder> {
  const files = new Map<string, Uint8Array>();
  for (const [file, url] of Object.entries(urls)) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    files.set(file, new Uint8Array(await response.arrayBuffer()));
  }
  return new MemoryFolder("fetched", files);
}

describe("a donor's rows on WebGPU", () => {
  let device: WebGpuDevice;
  beforeAll(async () => {
    device = await openWebGpuDevice({ gpu: navigator.gpu });
  });
  afterAll(() => device.close());
  describeGolden(
    () => device,
    (name) => fetched(Object.fromEntries(FILES.map((file) => [file, `/samples/${name}/${file}`]))),
    async () => (await fetched({ golden })).open("golden"),
  );
});
