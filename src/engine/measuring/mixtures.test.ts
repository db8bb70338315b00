import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MemoryFolder } from "../../io/memory";
import { nodeFolder } from "../../io/node";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import { createSession } from "../session";
import { filesOf, GOLDEN, OPTIONS, SETTINGS } from "../session.testing";

it("a mixture of Llamas is measured before it is written as it is measured after, though none of its models is a Mixtral", async () => {
  const environment = new MemoryEnvironment();
  const session = createSession(environment);
  await session.start(SETTINGS);
  for (const name of ["base", "a", "b"]) await session.place(name, nodeFolder(join(GOLDEN, "models", name)));
  const recipe = readFileSync(join(GOLDEN, "../around/recipes/moe_mixtral_hidden.yaml"), "utf8");
  const sequences = [[1, 5, 9, 3, 7, 2, 40, 11]];
  const planned = await session.likelihoods({ kind: "recipe", recipe, seed: 0 }, sequences);
  await session.merge(recipe, { ...OPTIONS, run: "job" });
  await session.place("mixture", new MemoryFolder("mixture", filesOf(environment, "job")));
  const written = await session.likelihoods({ kind: "model", key: "mixture" }, sequences);
  for (const [at, nll] of (planned[0] ?? []).entries()) expect(nll).toBeCloseTo(written[0]?.[at] ?? Number.NaN, 4);
  expect(planned[0]).toHaveLength(7);
});
