import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAbort } from "../../src/base/errors";
import { jsonRecords } from "../../src/cli/machine/jsonRecords";
import { JOURNAL_FILE } from "../../src/cli/machine/nodeEnvironment";
import { readyJournal } from "../../src/cli/machine/outputJournal";
import { MemoryEnvironment } from "../../src/engine/machine/memoryEnvironment";
import { type RecordStore, recordStore } from "../../src/engine/machine/recordKinds";
import { memoryRecords, type Records } from "../../src/engine/machine/records";
import type { MergeOptions } from "../../src/engine/protocol/protocol";
import type { RunRecord } from "../../src/engine/runs/journal";
import { failingAfter } from "../../src/engine/runs/writing.testing";
import { createSession, type Session } from "../../src/engine/session";
import { MemoryFolder, MemoryOutput } from "../../src/io/memory";
import { LLAMA_CONFIG, llamaTensors, weightsFile } from "../models";
import { type Json, jsonOf, mutateJson, printJson } from "../mutate/json";
import { sameBytes } from "../same";
import { ACCEPTED, answerOf, ensure, type Target, textOf } from "../target";

const RECIPE =
  "merge_method: ties\nbase_model: base\nmodels:\n  - {model: a, parameters: {weight: 1, density: 0.5}}\n  - {model: b, parameters: {weight: 0.5, density: 0.5}}\n";
const OPTIONS: MergeOptions = { seed: 3, name: "merged", shardBytes: 3000, allowNonFinite: false };
/** Bytes after which the disk fails, of all that the weights take: runs of which more or less is done. */
const CUTS = [0.3, 0.55, 0.8, 0.95];

/**
 * Journals of merges that were cut short, as the command line keeps them. Whatever stands in one, the run is refused with a code or passed over, or it goes on to the
 * same bytes as a merge that nobody disturbed.
 */
export const journals: Target = {
  name: "journals",
  time: { base: 3000, perKb: 60 },
  async open() {
    const models = new Map(["a", "b", "base"].map((key, at) => [key, modelFolder(key, at)]));
    const whole = new MemoryEnvironment();
    await (await openSession(whole, models)).merge(RECIPE, { ...OPTIONS, run: "job" });
    const undisturbed = weightsOf(whole);
    const bytes = [...undisturbed].reduce(
      (sum, [path, { length }]) => sum + (path.endsWith(".safetensors") ? length : 0),
      0,
    );
    const folder = mkdtempSync(join(tmpdir(), "awase-fuzz-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, JOURNAL_FILE);
    const cuts = CUTS.map((share) => Math.floor(share * bytes));
    const seeds: Json[] = [];
    for (const cut of cuts) seeds.push(jsonOf({ job: await journalCutAt(models, cut) }));
    const names = [
      "version",
      "id",
      "recipe",
      "options",
      "guard",
      "fingerprint",
      "inputs",
      "tensors",
      "finished",
      "digests",
      "paths",
      "files",
      "nonFinite",
      "started",
      "seconds",
      "reads",
      "model",
      "file",
      "size",
      "identity",
      "mark",
      "name",
      "seed",
      "shardBytes",
      "directory",
      "path",
      "sha256",
    ];
    const values = [
      "[0,1,2]",
      "[99]",
      "[-1]",
      "[0.5]",
      '{"recipe":5}',
      '{"recipe":"merge_method: linear"}',
      "{}",
      '"job"',
      '"../../x"',
      '["../x"]',
      '[[0,8,"0"]]',
      '"0000000000000000"',
      JSON.stringify(RECIPE),
      "3",
      "2",
    ];
    return {
      make(random) {
        const at = random.below(cuts.length);
        const seed = seeds[at];
        if (!seed) throw new Error("no seed");
        return {
          journal: printJson(random, random.oneIn(40) ? seed : mutateJson(random, seed, { names, values })),
          cut: String(cuts[at]),
        };
      },
      async check(input) {
        const cut = Number(textOf(input, "cut"));
        if (!cuts.includes(cut)) return "not made so"; // while it is made smaller
        writeFileSync(path, textOf(input, "journal"));
        const ready = await answerOf(() => readyJournal(folder, false));
        if ("code" in ready) return ready.code;
        const environment = new MemoryEnvironment();
        environment.outputs.set("job", await outputCutAt(models, cut));
        environment.records = withJournal(jsonRecords(path));
        const session = await openSession(environment, models);
        const runs = await session.unfinished();
        if (runs.length === 0) return "passed over";
        let outcome = ACCEPTED;
        for (const { id, name, tensorsDone, tensors } of runs) {
          const isShown = typeof name === "string" && Number.isFinite(tensorsDone) && Number.isFinite(tensors);
          ensure(isShown, () => "a run is offered that cannot be shown");
          const answer = await answerOf(() => session.resume(id));
          if ("code" in answer) outcome = answer.code;
          else if (id === "job")
            ensure(sameFiles(weightsOf(environment), undisturbed), () => "it goes on to other bytes");
        }
        return outcome;
      },
    };
  },
};

function modelFolder(key: string, at: number): MemoryFolder {
  const config = new TextEncoder().encode(JSON.stringify({ ...LLAMA_CONFIG, num_hidden_layers: 1 }));
  return new MemoryFolder(key, { "config.json": config, "model.safetensors": weightsFile(llamaTensors(1), at) });
}

async function openSession(
  environment: MemoryEnvironment,
  models: ReadonlyMap<string, MemoryFolder>,
): Promise<Session> {
  const session = createSession(environment);
  await session.start({ hubUrl: "http://hub.test", samplesUrl: "http://page.test/samples", device: "cpu" });
  for (const [name, folder] of models) await session.place(name, folder);
  return session;
}

/** The merge again, on a disk that fails. */
async function mergeCutAt(models: ReadonlyMap<string, MemoryFolder>, cut: number): Promise<MemoryEnvironment> {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(cut) });
  const session = await openSession(environment, models);
  await session.merge(RECIPE, { ...OPTIONS, run: "job" }).then(
    () => {
      throw new Error(`A disk that fails at byte ${cut} did not stop the merge.`);
    },
    (error: unknown) => {
      if (isAbort(error) || !(error instanceof Error) || error.message !== "The disk is away.") throw error;
    },
  );
  return environment;
}

/** The journal that such a merge leaves, as JSON. */
async function journalCutAt(models: ReadonlyMap<string, MemoryFolder>, cut: number): Promise<unknown> {
  const [record] = await (await mergeCutAt(models, cut)).records("journal").all();
  return JSON.parse(JSON.stringify({ ...record, started: 1, seconds: 1 })); // the clock would make another input each time
}

async function outputCutAt(models: ReadonlyMap<string, MemoryFolder>, cut: number): Promise<MemoryOutput> {
  return (await mergeCutAt(models, cut)).outputs.get("job") ?? new MemoryOutput("job");
}

function withJournal(journal: Records<RunRecord>): RecordStore {
  return recordStore((kind) => (kind === "journal" ? (journal as unknown as Records<never>) : memoryRecords()));
}

function weightsOf(environment: MemoryEnvironment): ReadonlyMap<string, Uint8Array> {
  const files = environment.outputs.get("job")?.files ?? new Map<string, Uint8Array>();
  return new Map([...files].filter(([path]) => /safetensors|config\.json$/.test(path)));
}

function sameFiles(one: ReadonlyMap<string, Uint8Array>, other: ReadonlyMap<string, Uint8Array>): boolean {
  return (
    one.size === other.size && [...one].every(([path, bytes]) => sameBytes(bytes, other.get(path) ?? new Uint8Array()))
  );
}
