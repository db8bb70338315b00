import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRecipe } from "../../recipe/parse/parse";
import { hasFolder } from "./findFolder";
import { locateModels } from "./locateModels";

let cwd: string;
const NFD = "モデルが".normalize("NFD");
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "awase-locate-"));
  for (const name of ["x+y", "a+b+c", "x@y", "a@b@c", "Model-A", "llama-base", "gpt2-xl", "models/Qwen", NFD]) {
    await mkdir(join(cwd, name), { recursive: true });
  }
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function locate(name: string) {
  const text = `merge_method: passthrough\nmodels: [{model: ${JSON.stringify(name)}}]\n`;
  const { recipe, problems } = parseRecipe(text, (folder) => (hasFolder(folder, cwd) ? folder : undefined));
  if (!recipe) return expect.fail("no recipe");
  const located = await locateModels(recipe, cwd);
  return { ...located, problems: [...problems, ...located.problems] };
}

describe("my folder", () => {
  it.each(["x+y", "a+b+c", "x@y", "a@b@c", "./x+y", "models/Qwen", "models/Qwen/", "x+y/"])(
    "%s is there, so it is meant",
    async (name) => {
      const { models, problems } = await locate(name);
      expect(problems).toEqual([]);
      expect(models).toMatchObject([{ kind: "folder", path: resolve(cwd, name) }]);
    },
  );

  it("is named by another program in another composition of its letters", async () => {
    expect((await locate("モデルが".normalize("NFC"))).models).toMatchObject([{ path: join(cwd, NFD) }]);
  });

  it("of the home folder is found by ~", async () => {
    expect(hasFolder("~", cwd)).toBe(true);
    expect(hasFolder("~someone", cwd)).toBe(false);
  });

  it.each([
    ["model-a", "Model-A"],
    ["model_A@main", "Model-A"],
    ["./lama-base", "./llama-base"],
    ["models/qwen", "models/Qwen"],
  ])("is written as %s: the one that is there is proposed, and a press takes it", async (name, meant) => {
    const { problems } = await locate(name);
    expect(problems).toMatchObject([
      {
        code: "recipe/near-model",
        severity: "error",
        facts: { meant },
        fix: { insert: expect.stringContaining(meant) },
      },
    ]);
    expect(problems[0]?.message).toContain(meant);
  });

  it.each(["gpt2", "llama-bases/x", "org/llama-base", "x+y@main"])(
    "%s is another model: the Hub is asked",
    async (name) => {
      const { models, problems } = await locate(name.replace("x+y@main", "x/y@main"));
      expect(problems).toEqual([]);
      expect(models).toMatchObject([{ kind: "hub" }]);
    },
  );
});

describe("I pasted the address of a model: its id is taken", () => {
  it.each([
    ["https://huggingface.co/org/name", "org/name", undefined],
    ["https://huggingface.co/org/name/", "org/name", undefined],
    ["https://huggingface.co/org/name/tree/v1.0", "org/name", "v1.0"],
    ["https://huggingface.co/org/name/resolve/main/model.safetensors?download=true", "org/name", "main"],
    ["https://huggingface.co/org/name/blob/main/config.json#L1", "org/name", "main"],
    ["http://www.huggingface.co/org/name", "org/name", undefined],
    ["huggingface.co/org/name", "org/name", undefined],
    ["hf.co/org/name", "org/name", undefined],
    ["https://hf-mirror.com/org/name", "org/name", undefined],
    ["hf:org/name", "org/name", undefined],
    ["hf://org/name@v2", "org/name", "v2"],
    ["https://huggingface.co/org/name@v2", "org/name", "v2"],
    ["https://huggingface.co/gpt2", "gpt2", undefined],
  ])("%s", async (address, repo, revision) => {
    const { models, problems } = await locate(address);
    expect(models).toMatchObject([{ kind: "hub", origin: { repo } }]);
    expect(models[0]?.kind === "hub" && models[0].origin).toEqual({ kind: "hub", repo, ...(revision && { revision }) });
    const id = revision ? `${repo}@${revision}` : repo;
    expect(problems).toMatchObject([
      { code: "recipe/hub-address", severity: "note", facts: { id }, fix: { insert: id } },
    ]);
  });

  it.each(["https://huggingface.co/datasets/org/name", "https://civitai.com/models/1", "https://huggingface.co/"])(
    "but %s is no model",
    async (address) => {
      expect((await locate(address)).problems).toMatchObject([{ code: "recipe/no-model", severity: "error" }]);
    },
  );
});
