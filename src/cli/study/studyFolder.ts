import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../base/hashes";
import { searchFailure } from "../../search/problems";
import type { Begun, Round, StudyStore } from "../../search/study/runStudy";
import type { Scored, Trial } from "../../search/study/trial";
import { cliFailure } from "../failures";
import { LOCK_FILE } from "../machine/folderLock";
import { removeHalfWritten, replaceFile } from "../machine/replaceFile";

/** What a study depends on, each part by its hash: results of another are not to be mixed with its own. */
export interface Fingerprint {
  readonly study: string;
  readonly recipe: string;
  readonly prompts: string;
  readonly models: string;
}

/** Of a file of facts, raised when trials mean something else than before. */
const VERSION = 1;

const STUDY_FILE = "study.json";
const ROUND_FILE = "round.json";
const STATS = "stats";
/** Everything that a study writes. */
const OWN: readonly string[] = [
  STUDY_FILE,
  ROUND_FILE,
  STATS,
  "best.json",
  "best.yaml",
  "pareto.json",
  "optuna.journal",
  "best",
];

/** What is added to each trial: how it can be made again. */
export type Beside = (trial: Trial) => Promise<object>;

/**
 * A folder as the place of a study: one file for each trial, written whole or not at all.
 * @throws {AwaseError} `output/not-empty`, `study/other`
 */
export async function openStudyFolder(
  folder: string,
  fingerprint: Fingerprint,
  { resume, overwrite, beside }: { readonly resume: boolean; readonly overwrite: boolean; readonly beside: Beside },
): Promise<StudyStore> {
  if (overwrite) for (const name of OWN) await rm(join(folder, name), { recursive: true, force: true });
  await removeHalfWritten(folder);
  const known = await readJson<{ readonly version: number; readonly fingerprint: Fingerprint }>(
    join(folder, STUDY_FILE),
  );
  const files = (await readdir(folder)).filter((name) => name !== LOCK_FILE);
  if (!known && files.length > 0)
    throw cliFailure("output/not-empty", { folder, files: files.length, first: files[0] ?? "" });
  if (known && !resume) throw cliFailure("output/study", { folder, trials: (await trialFiles(folder)).length });
  const other = known && (known.version === VERSION ? otherPart(known.fingerprint, fingerprint) : "version");
  if (other) throw searchFailure("study/other", { folder, other });
  await mkdir(join(folder, STATS), { recursive: true });
  await replaceFile(join(folder, STUDY_FILE), `${JSON.stringify({ version: VERSION, fingerprint }, null, 2)}\n`);

  return {
    async load(): Promise<Begun> {
      const trials: Trial[] = [];
      for (const name of await trialFiles(folder)) {
        const trial = await readJson<Trial>(join(folder, STATS, name));
        if (trial) trials.push(trial);
      }
      const checks = new Map<string, Scored>();
      for (const name of await filesOf(folder, /^check-[0-9a-f]+\.json$/)) {
        const check = await readJson<{ readonly name: string; readonly scored: Scored }>(join(folder, STATS, name));
        if (check) checks.set(check.name, check.scored);
      }
      const round = await readJson<Round>(join(folder, ROUND_FILE));
      return { trials: trials.sort((a, b) => a.number - b.number), checks, ...(round && { round }) };
    },
    async keepTrial(trial) {
      const name = `trial-${String(trial.number).padStart(5, "0")}.json`;
      await replaceFile(
        join(folder, STATS, name),
        `${JSON.stringify({ ...trial, ...(await beside(trial)) }, null, 2)}\n`,
      );
    },
    keepRound: (round) => replaceFile(join(folder, ROUND_FILE), `${JSON.stringify(round)}\n`),
    async keepCheck(name, scored) {
      const file = `check-${(await sha256(name)).slice(0, 16)}.json`;
      await replaceFile(join(folder, STATS, file), `${JSON.stringify({ name, scored }, null, 2)}\n`);
    },
  };
}

function otherPart(known: Fingerprint, now: Fingerprint): string | undefined {
  const parts = ["study", "recipe", "prompts", "models"] as const;
  const other = parts.filter((part) => known[part] !== now[part]);
  return other.length > 0 ? other.join(", ") : undefined;
}

async function trialFiles(folder: string): Promise<readonly string[]> {
  return (await filesOf(folder, /^trial-\d+\.json$/)).toSorted();
}

async function filesOf(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const names = await readdir(join(folder, STATS)).catch(() => []);
  return names.filter((name) => pattern.test(name));
}

/** What a file of ours holds; nothing where there is none, or none that can be read. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}
