import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeFolder } from "../io/node";
import { MemoryEnvironment } from "./memoryEnvironment";
import type { EngineSettings, MergeOptions } from "./protocol";
import { createSession, type Session } from "./session";

/* What tests of the session share: golden models on disk, and a machine in memory. */

export const GOLDEN = join(import.meta.dirname, "../../e2e/golden/merge");

export const SETTINGS: EngineSettings = {
  hubUrl: "http://hub.test",
  samplesUrl: "http://page.test/samples",
  device: "cpu",
};

export const OPTIONS: MergeOptions = { seed: 0, name: "merged", shardBytes: 5e9, allowNonFinite: false };

export function goldenRecipe(name: string): string {
  return readFileSync(join(GOLDEN, "recipes", `${name}.yaml`), "utf8");
}

/** A started session with all golden models in it. */
export async function openGoldenSession(environment = new MemoryEnvironment()): Promise<Session> {
  const session = createSession(environment);
  await session.start(SETTINGS);
  for (const name of readdirSync(join(GOLDEN, "models"))) {
    await session.place(name, nodeFolder(join(GOLDEN, "models", name)));
  }
  return session;
}

/** The finished files of a run. */
export function filesOf(environment: MemoryEnvironment, id: string): ReadonlyMap<string, Uint8Array> {
  return environment.outputs.get(id)?.files ?? new Map();
}
