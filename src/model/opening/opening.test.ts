import { describe, expect, it } from "vitest";
import type { AwaseError } from "../../base/errors";
import { MemoryFolder } from "../../io/memory";
import type { Checkpoint } from "../checkpoint";
import { openCheckpoint } from "../open";

const bytes = (text: string) => new TextEncoder().encode(text);
const config = bytes('{"architectures": ["X"]}');

/** A safetensors file of f32 vectors of two zeros. */
function weights(...names: readonly string[]): Uint8Array {
  const entries = names.map((name, at) => [name, { dtype: "F32", shape: [2], data_offsets: [8 * at, 8 * at + 8] }]);
  const header = bytes(JSON.stringify(Object.fromEntries(entries)));
  const file = new Uint8Array(8 + header.length + 8 * names.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  return file;
}

const open = (files: Record<string, Uint8Array>, key = "mine") =>
  openCheckpoint(key, new MemoryFolder("folder", files));

/** What opening a model with these weights fails with. */
async function refusal(files: Record<string, Uint8Array>): Promise<AwaseError> {
  return open({ "config.json": config, ...files }).then(
    () => expect.fail("it was opened"),
    (error: AwaseError) => error,
  );
}

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 4976698672\n`;

describe("I cloned the model, and it says", () => {
  it("that the weights are a pointer of Git LFS, with both sizes and what to run", async () => {
    const error = await refusal({ "model.safetensors": bytes(POINTER) });
    expect(error).toMatchObject({
      code: "model/lfs-pointer",
      facts: { model: "mine", size: POINTER.length, stated: 4976698672 },
    });
    expect(error.message).toContain("mine");
    expect(error.message).toContain("git lfs pull");
  });

  it("the same of shards, of the config, of the index and of the tokenizer", async () => {
    const index = bytes('{"weight_map": {"x": "1.safetensors"}}');
    const pointer = bytes(POINTER);
    const cases = [
      { "model.safetensors.index.json": index, "1.safetensors": pointer },
      { "model.safetensors.index.json": pointer },
      { "config.json": pointer },
      { "model.safetensors": weights("x"), "tokenizer.json": pointer },
      { "model.safetensors": weights("x"), "tokenizer.model": pointer },
    ];
    for (const files of cases) expect(await refusal(files)).toMatchObject({ code: "model/lfs-pointer" });
  });

  it("nothing of a tokenizer that is only small", async () => {
    await open({
      "config.json": config,
      "model.safetensors": weights("x"),
      "vocab.txt": bytes("a"),
      "tokenizer.json": bytes(""),
    });
  });
});

describe("what I downloaded is no safetensors file but", () => {
  const tar = new Uint8Array(512);
  tar.set(bytes("model/"), 0);
  tar.set(bytes("ustar"), 257);
  it.each<[string, Uint8Array, string, string]>([
    ["a web page", bytes("\n<!DOCTYPE html><html><head>"), "model/web-page", "resolve"],
    ["a page in XML", bytes('<?xml version="1.0"?><Error><Code>AccessDenied</Code>'), "model/web-page", "web page"],
    ["a refusal in JSON", bytes('{"error":"Repository not found"}'), "model/text-file", "Repository not found"],
    ["a refusal in words", bytes("Entry not found"), "model/text-file", '"Entry not found"'],
    ["three letters", bytes("404"), "model/text-file", '"404"'],
    ["GGUF", bytes(`GGUF\x03\0\0\0${"\0".repeat(40)}`), "model/gguf", "original"],
    ["a PyTorch zip", bytes("PK\x03\x04\0\0\0\0archive/data.pkl"), "model/pickle", "save_pretrained"],
    ["a pickle", Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20), "model/pickle", "run code"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), "model/archive", "gzip"],
    ["tar", tar, "model/archive", "tar"],
    ["zeros", new Uint8Array(5000), "model/empty-file", "5000"],
  ])("%s", async (_, content, code, said) => {
    const error = await refusal({ "model.safetensors": content });
    expect(error).toMatchObject({ code, facts: { model: "mine", file: "model.safetensors" } });
    expect(error.message).toMatch(/^model\.safetensors of mine is /);
    expect(error.message).toContain(said);
  });

  it("a pickle that I dropped alone under a new name", async () => {
    const error = open({ "weights.safetensors": bytes("PK\x03\x04\0\0\0\0archive") });
    await expect(error).rejects.toMatchObject({ code: "model/pickle" });
  });

  it("a folder with only a GGUF", async () => {
    const error = open({ "llama-q4_k_m.gguf": bytes("GGUF") });
    await expect(error).rejects.toMatchObject({ code: "model/gguf", facts: { file: "llama-q4_k_m.gguf" } });
  });

  it("half of one: both sizes are said", async () => {
    const whole = weights("x", "y");
    const error = await refusal({ "model.safetensors": whole.slice(0, -9) });
    expect(error).toMatchObject({ code: "safetensors/truncated", facts: { model: "mine" } });
    expect(error.message).toContain(`describes ${whole.length} bytes, but the file has ${whole.length - 9}`);
  });

  it("a file that a downloader has not finished", async () => {
    const files = { "model.safetensors": weights("x"), "model.safetensors.aria2": bytes("\0") };
    expect(await refusal(files)).toMatchObject({ code: "model/unfinished" });
    expect(await refusal({ "model.safetensors.crdownload": bytes("\0") })).toMatchObject({ code: "model/unfinished" });
  });

  it("one shard of two, without an index", async () => {
    const error = await refusal({ "model-00002-of-00002.safetensors": weights("x") });
    expect(error).toMatchObject({ code: "model/missing-shard", facts: { found: 1, expected: 2 } });
    expect(error.message).toContain("model-00001-of-00002.safetensors");
  });
});

it("reads all shards of a set that has lost its index", async () => {
  const model = await open({
    "config.json": config,
    "model-00001-of-00002.safetensors": weights("x"),
    "model-00002-of-00002.safetensors": weights("y"),
  });
  expect([...model.tensors.keys()]).toEqual(["x", "y"]);
});

describe("which of my models is meant", () => {
  it.each<[string, Record<string, Uint8Array>]>([
    ["a broken file", { "model.safetensors": weights("x").slice(0, 20) }],
    ["a missing shard", { "model.safetensors.index.json": bytes('{"weight_map": {"x": "gone.safetensors"}}') }],
    ["an index that is no JSON", { "model.safetensors.index.json": bytes("{") }],
    ["no weights", {}],
  ])("is said of %s", async (_, files) => {
    const error = await refusal(files);
    expect(error.facts.model).toBe("mine");
    expect(error.message).toContain("mine");
  });

  it("is said of a file that changes after it was opened", async () => {
    const folder = new MemoryFolder("folder", { "config.json": config, "model.safetensors": weights("x") });
    const { source } = await openCheckpoint("mine", folder);
    const read = (await source("model.safetensors")).read(0, 1e6);
    await expect(read).rejects.toMatchObject({ code: "io/range", facts: { model: "mine" }, message: /^mine: / });
  });
});

describe("I dropped", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const other = "fedcba9876543210fedcba9876543210fedcba98";
  const snapshot = (sha: string, tensor: string) => ({
    [`snapshots/${sha}/config.json`]: config,
    [`snapshots/${sha}/model.safetensors`]: weights(tensor),
    [`snapshots/${sha}/tokenizer.json`]: bytes("{}"),
  });

  it("a folder of the Hub's cache: its snapshot is used, and that is said", async () => {
    const model = await open({ ...snapshot(commit, "x"), "refs/main": bytes(commit), "blobs/0123": bytes("x") });
    expect([...model.tensors.keys()]).toEqual(["x"]);
    expect(model.files.map(({ path }) => path)).toContain("tokenizer.json");
    expect((await model.source("model.safetensors")).size).toBe(weights("x").length);
    expect(model.remarks).toMatchObject([{ code: "model/snapshot-used", facts: { model: "mine" } }]);
  });

  it("a cache folder with two snapshots: the one that main stands at", async () => {
    const files = { ...snapshot(commit, "x"), ...snapshot(other, "y") };
    expect([...(await open({ ...files, "refs/main": bytes(`${other}\n`) })).tensors.keys()]).toEqual(["y"]);
    await expect(open(files)).rejects.toMatchObject({ code: "model/snapshots", facts: { found: 2 } });
  });

  it("a cache folder whose links the browser does not follow: that is said, with a way out", async () => {
    const blob = `blobs/${"0".repeat(64)}`;
    const error = open({ [blob]: weights("x"), "refs/main": bytes(commit) });
    await expect(error).rejects.toMatchObject({ code: "model/blobs", facts: { model: "mine", blobs: 1 } });
  });

  it("a folder in which nothing can be seen, as a snapshot of nothing but links: that is said, with a way out", async () => {
    await expect(open({})).rejects.toMatchObject({
      code: "model/no-files",
      message: expect.stringContaining("cp -rL"),
    });
  });

  it("the whole cache: its models are named", async () => {
    const inside = (name: string) =>
      Object.fromEntries(Object.entries(snapshot(commit, "x")).map(([path, file]) => [`${name}/${path}`, file]));
    const error = open({ ...inside("models--a--b"), ...inside("models--c--d") });
    await expect(error).rejects.toMatchObject({
      code: "model/subfolders",
      message: expect.stringContaining("models--a--b, models--c--d"),
    });
  });

  it("a folder whose model lies in a folder below: that one is used", async () => {
    const model = await open({
      "README.md": bytes("#"),
      "merged/config.json": config,
      "merged/model.safetensors": weights("x"),
    });
    expect([...model.tensors.keys()]).toEqual(["x"]);
    expect(model.remarks).toMatchObject([{ code: "model/subfolder-used", facts: { folder: "merged" } }]);
  });

  it("a training run with checkpoints: they are named, none is guessed", async () => {
    const checkpoint = (step: number) => ({
      [`checkpoint-${step}/config.json`]: config,
      [`checkpoint-${step}/model.safetensors`]: weights("x"),
    });
    await expect(open({ ...checkpoint(500), ...checkpoint(1000) })).rejects.toMatchObject({
      code: "model/subfolders",
      message: expect.stringContaining("checkpoint-1000, checkpoint-500"),
    });
  });

  it("weights below a folder without a config: they are named", async () => {
    const error = await refusal({ "weights/model.safetensors": weights("x") });
    expect(error).toMatchObject({ code: "model/no-weights", facts: { deeper: "weights/model.safetensors" } });
    expect(error.message).toContain("weights/model.safetensors");
  });

  it("an adapter: it is opened as one, also in a folder below, and what it lacks is said", async () => {
    const files = {
      "adapter_config.json": bytes(
        '{"base_model_name_or_path": "org/base", "peft_type": "LORA", "r": 1, "lora_alpha": 2}',
      ),
      "adapter_model.safetensors": weights("lm_head.weight"),
    };
    const below = Object.fromEntries(
      Object.entries(files).map(([path, content]) => [`checkpoint-10/${path}`, content]),
    );
    for (const placed of [files, below]) {
      expect((await open(placed)).adapter).toMatchObject({
        base: "org/base",
        replacements: [{ name: "lm_head.weight" }],
      });
    }
    const { "adapter_config.json": config, "adapter_model.safetensors": factors } = files;
    expect(await refusal({ "adapter_model.safetensors": factors })).toMatchObject({ code: "adapter/no-config" });
    const other = await refusal({ "adapter_config.json": config, "adapter_model.pt": bytes("x") });
    expect(other).toMatchObject({ code: "adapter/no-weights", facts: { file: "adapter_model.pt" } });
    const broken = await refusal({ ...files, "adapter_config.json": bytes("{") });
    expect(broken).toMatchObject({ code: "model/config", facts: { file: "adapter_config.json" } });
  });

  it("a full model with an adapter beside it: the model is meant", async () => {
    const model = await open({
      "config.json": config,
      "model.safetensors": weights("x"),
      "adapter_config.json": bytes("{}"),
      "adapter_model.safetensors": weights("y"),
    });
    expect([...model.tensors.keys()]).toEqual(["x"]);
  });
});

it("reads a config.json with Python's Infinity and NaN, and one with a byte order mark", async () => {
  const text = '\ufeff{"architectures": ["X"], "time_step_limit": [0.0, Infinity], "nothing": NaN}';
  const model = await open({ "config.json": bytes(text), "model.safetensors": weights("x") });
  expect(model.config).toEqual({ architectures: ["X"], time_step_limit: [0, Infinity], nothing: Number.NaN });
  expect(model.configText).toContain("[0.0, Infinity]");
});

describe("my model was saved", () => {
  const NAMES = [
    "model.embed_tokens.weight",
    "model.layers.0.self_attn.q_proj.weight",
    "model.layers.1.self_attn.q_proj.weight",
    "model.layers.1.mlp.surprise.weight",
    "model.norm.weight",
    "lm_head.weight",
  ];
  const llama = bytes('{"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 2}');
  const saved = (rename: (name: string) => string, of = llama): Promise<Checkpoint> =>
    open({ "config.json": of, "model.safetensors": weights(...NAMES.map(rename)) });

  it.each<[string, (name: string) => string]>([
    ["without model.", (name) => name.replace(/^model\./, "")],
    ["by torch.compile", (name) => `_orig_mod.${name}`],
    ["by torch.compile of its layers", (name) => name.replace(/layers\.\d+/, "$&._orig_mod")],
    ["by DDP", (name) => `module.${name}`],
    ["by DDP around torch.compile", (name) => `module._orig_mod.${name}`],
    ["by peft", (name) => `base_model.model.${name}`],
    ["inside of transformer.", (name) => `transformer.${name}`],
    ["as the language model of a vision model", (name) => `language_model.${name}`],
    ["as the newer releases do", (name) => name.replace(/^model\./, "model.language_model.")],
    ["from inside, by DDP", (name) => `module.${name.replace(/^model\./, "")}`],
  ])("%s: it is read under the names of its architecture, with a note", async (_, rename) => {
    const { tensors, remarks } = await saved(rename);
    expect([...tensors.keys()]).toEqual(NAMES);
    expect([...tensors.values()].map(({ name }) => name)).toEqual(NAMES);
    expect(remarks).toMatchObject([{ code: "model/names-mended", facts: { model: "mine", tensors: 6 } }]);
  });

  it("as usual: nothing is said", async () => {
    const { tensors, remarks } = await saved((name) => name);
    expect([[...tensors.keys()], remarks]).toEqual([NAMES, []]);
  });

  it("by a wrapper, with an architecture that nobody described: only the wrapper goes", async () => {
    const unknown = bytes('{"architectures": ["Novel"]}');
    expect([...(await saved((name) => `_orig_mod.${name}`, unknown)).tensors.keys()]).toEqual(NAMES);
    const bare = await saved((name) => name.replace(/^model\./, ""), unknown);
    expect([...bare.tensors.keys()]).toContain("layers.0.self_attn.q_proj.weight");
  });

  it("twice in one file, with and without a prefix: all names stay", async () => {
    const names = [...NAMES, ...NAMES.map((name) => `_orig_mod.${name}`)];
    const model = await open({ "config.json": llama, "model.safetensors": weights(...names) });
    expect([...model.tensors.keys()]).toEqual(names);
  });

  it("with a vision tower whose layers have the same names: the deeper stack is the language model's", async () => {
    const tower = ["vision.layers.0.self_attn.q_proj.weight"];
    const names = [...tower, ...NAMES.map((name) => `language_model.${name}`)];
    const model = await open({ "config.json": llama, "model.safetensors": weights(...names) });
    expect([...model.tensors.keys()]).toEqual([...tower, ...NAMES]);
  });
});
