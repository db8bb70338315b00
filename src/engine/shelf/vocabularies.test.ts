import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeFolder } from "../../io/node";
import type { Folder } from "../../io/types";
import type { Checkpoint } from "../../model/checkpoint";
import { openCheckpoint } from "../../model/open";
import { createPlanning } from "./planning";
import { knownVocabularies, readVocabularies } from "./vocabularies";

const GOLDEN = "e2e/golden/merge";
const plan = (recipe: string, known: ReadonlyMap<string, Checkpoint>) =>
  createPlanning(
    () => known,
    async () => 2 ** 28,
  ).report(recipe, 0);

async function models(...names: readonly string[]): Promise<ReadonlyMap<string, Checkpoint>> {
  const open = (name: string) => openCheckpoint(name, nodeFolder(`${GOLDEN}/models/${name}`));
  return new Map(await Promise.all(names.map(async (name) => [name, await open(name)] as const)));
}

const blend = (a: string, b: string, more = "") =>
  `merge_method: slerp\nbase_model: ${a}\nmodels: [{model: ${a}}, {model: ${b}}]\nparameters: {t: 0.5}\n${more}`;

describe("the vocabularies of golden models", () => {
  it("tell two apart whose sizes are the same", async () => {
    const report = await plan(blend("a", "vocab_other"), await models("a", "vocab_other"));
    expect(report.plan).toBeUndefined();
    expect(report.problems).toMatchObject([
      { code: "plan/other-vocabulary", severity: "error", facts: { model: "vocab_other", found: 90, rows: 93 } },
    ]);
  });

  it("keep the tokens of a base with more of them, by one click", async () => {
    const known = await models("a", "vocab_plus");
    const text = blend("vocab_plus", "a");
    const { problems } = await plan(text, known);
    const problem = problems.find(({ code }) => code === "plan/tokens-without-rows");
    expect(problem?.facts).toMatchObject({ ids: "93, 94, 95", rows: 93, base: "a" });
    const { from = 0, to = 0, insert = "" } = problem?.fix ?? {};
    expect((await plan(text.slice(0, from) + insert + text.slice(to), known)).plan).toBeDefined();
  });

  it.each([
    ["tokenizer_base_source", 93],
    ["union_linear", 96],
    ["union_ties", 101],
    ["tokenizer_tokens", 96],
  ])("become the one that %s asks for, of %i rows", async (name, rows) => {
    const text = readFileSync(`${GOLDEN}/recipes/${name}.yaml`, "utf8");
    const { plan: planned } = await plan(text, await models("a", "base", "vocab_plus", "vocab_other"));
    expect(planned?.config.vocab_size).toBe(rows);
    expect(planned?.tensors.find(({ name: tensor }) => tensor === "lm_head.weight")?.shape[0]).toBe(rows);
  });

  it("are read for a recipe that feeds another as well, whose tokenizer is handed on", async () => {
    const union = readFileSync(`${GOLDEN}/recipes/union_linear.yaml`, "utf8");
    const text = `name: both\n${union}\n---\nmerge_method: passthrough\nmodels: [{model: both}]\n`;
    const { plan: planned, problems } = await plan(text, await models("a", "vocab_plus"));
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(planned?.config.vocab_size).toBe(96);
  });

  it("let a recipe ask for what it gets anyway", async () => {
    const known = await models("a", "b");
    for (const more of [
      "tokenizer_source: base",
      "tokenizer_source: b",
      "tokenizer: {source: union}",
      "chat_template: auto",
    ]) {
      const { problems, plan: planned } = await plan(blend("a", "b", more), known);
      expect(problems, more).toEqual([]);
      expect(planned?.tensors).toEqual((await plan(blend("a", "b"), known)).plan?.tensors);
    }
  });
});

describe("reading them", () => {
  /** A folder that counts how often a file is opened, and fails as long as it is told to. */
  function watched(name: string) {
    const folder = nodeFolder(`${GOLDEN}/models/${name}`);
    const seen = { opened: 0, fails: false };
    const open: Folder["open"] = async (path, signal) => {
      if (path === "tokenizer.json") seen.opened++;
      if (path === "tokenizer.json" && seen.fails) throw new Error("Out of reach.");
      return folder.open(path, signal);
    };
    return { folder: { ...folder, name, list: folder.list.bind(folder), open }, seen };
  }

  it("happens once, and equal ones are one list", async () => {
    const [a, b] = [watched("a"), watched("b")];
    const known = new Map([
      ["a", await openCheckpoint("a", a.folder)],
      ["b", await openCheckpoint("b", b.folder)],
    ]);
    await readVocabularies(blend("a", "b"), () => known);
    await readVocabularies(blend("b", "a"), () => known);
    const first = knownVocabularies(known);
    expect([a.seen.opened, b.seen.opened]).toEqual([1, 1]);
    expect(first.get("a")?.vocabulary?.tokens).toBe(first.get("b")?.vocabulary?.tokens);
  });

  it("waits for a model that is opened while others are read, so that it is not said to have none", async () => {
    const a = watched("a");
    const b = await openCheckpoint("b", watched("b").folder);
    const open: Folder["open"] = async (path, signal) => {
      if (path === "tokenizer.json") known.set("b", b);
      return a.folder.open(path, signal);
    };
    const known = new Map([["a", await openCheckpoint("a", { ...a.folder, open })]]);
    const { plan: planned, problems } = await plan(blend("b", "a"), known);
    expect(problems).toEqual([]);
    expect(planned).toBeDefined();
  });

  it("is left out for one model alone that asks for no tokenizer", async () => {
    const { folder, seen } = watched("a");
    const known = new Map([["a", await openCheckpoint("a", folder)]]);
    await readVocabularies("merge_method: passthrough\nmodels: [{model: a}]\n", () => known);
    expect(knownVocabularies(known)).toEqual(new Map());
    expect(seen.opened).toBe(0);
  });

  it("that fails is a warning with the reason, and is tried again", async () => {
    const { folder, seen } = watched("b");
    const known = new Map([...(await models("a")), ["b", await openCheckpoint("b", folder)]]);
    seen.fails = true;
    const report = await plan(blend("a", "b"), known);
    expect(report.plan).toBeDefined();
    expect(report.problems).toMatchObject([
      { code: "plan/unknown-vocabulary", severity: "warning", facts: { model: "b", reason: "Out of reach." } },
    ]);
    seen.fails = false;
    expect((await plan(blend("a", "b"), known)).problems).toEqual([]);
  });
});
