import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MemoryFolder } from "../io/memory";
import { MemoryEnvironment } from "./machine/memoryEnvironment";
import { filesOf, GOLDEN, OPTIONS, openGoldenSession, sha256 } from "./session.testing";

const CHAIN = readFileSync(join(GOLDEN, "../around/recipes/multi_chain.yaml"), "utf8");
const [HALF = "", LAST = ""] = CHAIN.split("---\n");
const WEIGHTS = "model.safetensors";

async function writtenBy(recipe: string, models: Readonly<Record<string, MemoryFolder>> = {}) {
  const environment = new MemoryEnvironment();
  const session = await openGoldenSession(environment);
  for (const [key, folder] of Object.entries(models)) await session.place(key, folder);
  await session.merge(recipe, { ...OPTIONS, run: "job" });
  return { session, files: filesOf(environment, "job") };
}

it("one merge that feeds another gives the bytes of the two done one after the other", async () => {
  const half = await writtenBy(HALF);
  const apart = await writtenBy(LAST, { half: new MemoryFolder("half", Object.fromEntries(half.files)) });
  const together = await writtenBy(CHAIN);
  expect(sha256(together.files.get(WEIGHTS) ?? new Uint8Array())).toBe(
    sha256(apart.files.get(WEIGHTS) ?? new Uint8Array()),
  );
  expect(together.files.get("tokenizer.json")).toEqual(apart.files.get("tokenizer.json"));
  const card = new TextDecoder().decode(together.files.get("README.md"));
  expect(card).toContain("- `half`: made on the way, from `a`, `b`");

  const sequences = [[1, 5, 9, 22, 3, 17]];
  const recipe = { kind: "recipe", recipe: CHAIN, seed: 0 } as const;
  const [[measured = []] = [], [written = []] = []] = await Promise.all([
    together.session.likelihoods(recipe, sequences),
    apart.session.likelihoods({ ...recipe, recipe: LAST }, sequences),
  ]);
  expect(measured).toHaveLength(5);
  expect(measured).toEqual(written);
});

it("a chain is checked, and its models are those that must be loaded", async () => {
  const session = await openGoldenSession();
  const report = await session.check(CHAIN, 0);
  expect(report.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(report.plan?.models).toEqual(["c", "a", "b"]);
  expect(report.missing).toEqual([]);
  await session.removeModel("b");
  expect((await session.check(CHAIN, 0)).missing).toMatchObject([{ reference: "b" }]);
});
