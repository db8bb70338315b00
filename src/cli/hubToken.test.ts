import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type Fault, moved, status } from "../../e2e/hub/faults";
import { hastened } from "../../e2e/hub/haste";
import { type LocalHub, startHub } from "../../e2e/hub/server";
import { syntheticModel } from "../../e2e/syntheticModel";
import { runCommand } from "./command.testing";
import { JOURNAL_FILE } from "./machine/nodeEnvironment";
import { mergeCommand } from "./mergeCommand";

/* What the command line says and leaves behind of a token: nothing. */

const TOKEN = "hf_a_token_that_nobody_sees";
const OVER = "hf_a_token_that_is_over";
const EVER = Number.POSITIVE_INFINITY;
const SIZES = { layers: 1, vocabulary: 512, shardBytes: 600_000 };
const RECIPE = `merge_method: linear
models:
  - {model: acme/private, parameters: {weight: 0.75}}
  - {model: local, parameters: {weight: 0.25}}
dtype: float32
`;

let hub: LocalHub;
let folder: string;
let giveBack: () => void;
beforeAll(async () => {
  giveBack = hastened();
  hub = await startHub({
    repositories: [{ id: "acme/private", private: true, files: syntheticModel(1, SIZES) }],
    tokens: { [TOKEN]: { user: "member", reads: ["acme/private"] }, [OVER]: { user: "member", expires: 0 } },
  });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "awase-token-"));
  writeFileSync(join(folder, "recipe.yaml"), RECIPE);
  const local = join(folder, "local");
  cpSync(join(import.meta.dirname, "../../e2e/golden/merge/models/a"), local, { recursive: true });
  rmSync(join(local, "model.safetensors"));
  for (const [name, content] of Object.entries(syntheticModel(2, SIZES))) writeFileSync(join(local, name), content);
});
afterEach(() => {
  hub.mend();
  hub.log.clear();
  rmSync(folder, { recursive: true });
});
afterAll(async () => {
  await hub.close();
  giveBack();
});

/** Merges, and gives all that was said. */
async function merge(token: string) {
  const args = ["recipe.yaml", "--out", "out", "--device", "cpu", "--shard-size", "600K", "--json", "--hub", hub.url];
  const around = { cwd: folder, cache: join(folder, "cache"), env: { HF_TOKEN: token } };
  const { code, stdout, stderr } = await runCommand(mergeCommand, args, around);
  return { code, said: stdout + stderr };
}

/** Everything in the folder: what was merged, the journal, the cache. */
function left(): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => `${name}\n${readFileSync(join(parentPath, name), "latin1")}`).join("\n");
}

async function expectSecret(token: string, code: number): Promise<string> {
  const { said, ...end } = await merge(token);
  expect(end).toEqual({ code });
  expect(said).not.toContain(token);
  expect(left()).not.toContain(token);
  return said;
}

it("of a merge that was made with it", async () => {
  await expectSecret(TOKEN, 0);
  expect(hub.log.entries("hub").some(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
});

it("of a merge that was cut short, in its journal", async () => {
  const headers = 1 + 256 * 1024;
  const later: Fault = (answer) => ((answer.body?.size ?? 0) < headers ? answer : status(500)(answer));
  const [, second] = [...hub.repository("acme/private").head.files].filter(([path]) => path.endsWith(".safetensors"));
  hub.fault({ on: "cdn", match: new RegExp(second?.[1].xetHash ?? "none"), times: EVER, fault: later });
  expect(await expectSecret(TOKEN, 1)).toMatch(/^hub\/server: /m);
  expect(readdirSync(join(folder, "out"))).toContain(JOURNAL_FILE);
});

it.each([
  ["that is over", OVER, /^hub\/token: /m],
  ["that nobody knows", "hf_nobody", /^hub\/(?:token|not-found): /m],
  ["that is none", "sk-1234567", /^hub\/bad-token: /m],
])("where it is one %s", async (_, token, expected) => {
  expect(await expectSecret(token, 1)).toMatch(expected);
});

it("where the Hub sends elsewhere", async () => {
  const fault: Fault = (answer) => (answer.status === 401 ? answer : moved("http://127.0.0.1:1/?secret")(answer));
  hub.fault({ on: "hub", match: /resolve\//, times: EVER, fault });
  const said = await expectSecret(TOKEN, 1);
  expect(said).toMatch(/^hub\//m);
  expect(said).not.toContain("secret");
});
