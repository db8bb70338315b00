import { describe, expect, it } from "vitest";
import { MemoryFolder } from "../io/memory";
import { nodeFolder } from "../io/node";
import { openCheckpoint } from "./open";

const MODELS = "e2e/golden/merge/models";

/** A safetensors file of zeros with these f32 vectors. */
function weights(...names: readonly string[]): Uint8Array {
  const entries = names.map((name, at) => [name, { dtype: "F32", shape: [2], data_offsets: [8 * at, 8 * at + 8] }]);
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const file = new Uint8Array(8 + header.length + 8 * names.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  return file;
}

const text = (content: unknown) =>
  new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content));

const open = (files: Record<string, Uint8Array>) =>
  openCheckpoint("toy", new MemoryFolder("toy", { "config.json": text({ architectures: ["X"] }), ...files }));

describe("openCheckpoint", () => {
  it("reads config, files and headers of a model in one file", async () => {
    const model = await openCheckpoint("a", nodeFolder(`${MODELS}/a`), { revision: "0123" });
    expect(model).toMatchObject({ key: "a", revision: "0123", config: { model_type: "llama" } });
    expect(JSON.parse(model.configText)).toEqual(model.config);
    expect(model.tensors.size).toBe(39);
    expect(model.tensors.get("lm_head.weight")).toMatchObject({ shape: [93, 32], dtype: "F32" });
    expect(model.files.map(({ path }) => path)).toContain("tokenizer.json");
  });

  it("reads a sharded model through its index, and remembers opened files", async () => {
    const model = await openCheckpoint("sharded", nodeFolder(`${MODELS}/sharded`));
    expect(model.tensors.size).toBe(39);
    expect(new Set([...model.tensors.values()].map(({ file }) => file)).size).toBe(4);
    const file = "model-00002-of-00004.safetensors";
    expect(model.source(file)).toBe(model.source(file));
    expect((await model.source(file)).size).toBe(29032);
  });

  it("prefers the index to a single file", async () => {
    const model = await open({
      "model.safetensors": weights("old"),
      "model.safetensors.index.json": text({ weight_map: { new: "shard.safetensors" } }),
      "shard.safetensors": weights("new", "unlisted"),
    });
    expect([...model.tensors.keys()]).toEqual(["new", "unlisted"]);
  });

  it("lets the index decide between two shards with one name", async () => {
    const model = await open({
      "model.safetensors.index.json": text({ weight_map: { x: "2.safetensors", y: "1.safetensors" } }),
      "1.safetensors": weights("x", "y"),
      "2.safetensors": weights("x"),
    });
    expect(model.tensors.get("x")?.file).toBe("2.safetensors");
  });

  it("takes the only safetensors file, whatever its name", async () => {
    const model = await open({ "tiny-a.safetensors": weights("x"), "adapter_model.safetensors": weights("lora") });
    expect([...model.tensors.keys()]).toEqual(["x"]);
  });

  it.each([
    ["model/no-weights", {}],
    ["model/no-weights", { "a.safetensors": weights("x"), "b.safetensors": weights("y") }],
    ["model/pickle-only", { "other.bin": text("…") }],
    ["model/text-file", { "pytorch_model.bin": text("…") }],
    ["model/config", { "model.safetensors": weights("x"), "config.json": text("[1]") }],
    ["model/config", { "model.safetensors": weights("x"), "config.json": text("{") }],
    [
      "safetensors/index-missing-shard",
      { "model.safetensors.index.json": text({ weight_map: { x: "gone.safetensors" } }) },
    ],
    [
      "safetensors/index-missing-tensor",
      { "model.safetensors.index.json": text({ weight_map: { x: "1.safetensors" } }), "1.safetensors": weights("y") },
    ],
    [
      "model/duplicate-tensor",
      {
        "model.safetensors.index.json": text({ weight_map: { y: "1.safetensors", z: "2.safetensors" } }),
        "1.safetensors": weights("x", "y"),
        "2.safetensors": weights("x", "z"),
      },
    ],
  ])("fails with %s", async (code, files) => {
    await expect(open(files)).rejects.toMatchObject({ code });
  });

  it("fails without a config, and without any file", async () => {
    const weightsAlone = new MemoryFolder("toy", { "model.safetensors": weights("x") });
    await expect(openCheckpoint("toy", weightsAlone)).rejects.toMatchObject({ code: "model/no-config" });
    await expect(openCheckpoint("toy", new MemoryFolder("toy", {}))).rejects.toMatchObject({ code: "model/no-files" });
  });

  it("refuses a config that is too large to be one", async () => {
    const huge = new Uint8Array(9 * 1024 * 1024).fill(32);
    await expect(open({ "config.json": huge })).rejects.toMatchObject({ code: "model/file-too-large" });
  });

  it("rejects with the signal's AbortError", async () => {
    const signal = AbortSignal.abort();
    await expect(openCheckpoint("a", nodeFolder(`${MODELS}/sharded`), { signal })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});
