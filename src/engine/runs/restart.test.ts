import { expect, it } from "vitest";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import type { MergeOptions } from "../protocol/protocol";
import { createSession } from "../session";
import { filesOf, goldenRecipe, hashesOf, OPTIONS, openGoldenSession, SETTINGS } from "../session.testing";
import { failingAfter } from "./writing.testing";

/* A run is cut short and started again. */

const RECIPE = goldenRecipe("ties");
const SHARDED: MergeOptions = { ...OPTIONS, shardBytes: 40_000, name: "again" };
const ignore = () => undefined;

/** A session whose run failed, and holds its files. */
async function cutShort() {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(150_000) });
  const session = await openGoldenSession(environment);
  await session.merge(RECIPE, { ...SHARDED, run: "job" }).catch(ignore);
  expect((await session.unfinished())[0]?.tensorsDone).toBeGreaterThan(5);
  environment.options = {};
  return { environment, session };
}

async function undisturbed() {
  const environment = new MemoryEnvironment();
  await (await openGoldenSession(environment)).merge(RECIPE, { ...SHARDED, run: "job" });
  return hashesOf(environment, "job");
}

it("a run that failed is started again with its own recipe and options", async () => {
  const { environment, session } = await cutShort();
  const report = await session.restart("job");
  expect(report).toMatchObject({ id: "job", name: "again", tensors: 39 });
  expect(await session.unfinished()).toEqual([]);
  expect(hashesOf(environment, "job")).toEqual(await undisturbed());
});

it("a run whose finished file is another by now cannot go on, and is started again", async () => {
  const { environment } = await cutShort();
  environment.crash();
  const record = await environment.records("journal").get("job");
  if (!record) throw new Error("no record");
  const [path = "", bytes = new Uint8Array()] = [...filesOf(environment, "job")][0] ?? [];
  // Closed, but the journal had no time to hear of it: what lies there is hashed before it is believed.
  await environment.records("journal").put("job", { ...record, files: [] });
  environment.outputs.get("job")?.files.set(
    path,
    bytes.map(() => 1),
  );
  const session = await openGoldenSession(environment);
  await expect(session.resume("job")).rejects.toMatchObject({ code: "output/damaged", facts: { file: path } });
  expect(await session.unfinished()).toHaveLength(1);
  await session.restart("job");
  expect(hashesOf(environment, "job")).toEqual(await undisturbed());
});

it("without its models a run says which, and nothing is taken away", async () => {
  const { environment } = await cutShort();
  environment.crash();
  const before = [...filesOf(environment, "job").keys()];
  const session = createSession(environment);
  await session.start(SETTINGS);
  const refusal = { code: "journal/no-models", facts: { name: "again" } };
  await expect(session.resume("job")).rejects.toMatchObject(refusal);
  await expect(session.restart("job")).rejects.toMatchObject(refusal);
  expect(await session.unfinished()).toHaveLength(1);
  expect([...filesOf(environment, "job").keys()]).toEqual(before);
});

it("a run that is over cannot be started again by its name", async () => {
  const { session } = await cutShort();
  await session.discard("job");
  await expect(session.restart("job")).rejects.toMatchObject({ code: "journal/not-found" });
});
