import { failuresOf } from "../base/errors";
import { type Sentences, sayer } from "../base/sentences";

interface ChangedInput {
  readonly name: string;
  readonly model: string;
  readonly file: string;
  /** Bytes: there are none where the file is gone. */
  readonly found: number | undefined;
  readonly expected: number;
  /** The bytes that were merged and are others now, where it is known. */
  readonly start: number | undefined;
  readonly end: number | undefined;
}

function changedInput({ name, model, file, found, expected, start, end }: ChangedInput): string {
  const what =
    start !== undefined
      ? `bytes ${start} to ${end} of ${file} of ${model} are others than those that were merged`
      : found === undefined
        ? `${file} of ${model} is no longer among its files`
        : found === expected
          ? `${file} of ${model} (${expected} bytes) is another than at the start`
          : `${file} of ${model} has ${found} bytes and had ${expected} at the start`;
  return `Cannot go on with "${name}": ${what}. Bring back the file as it was and go on, or start the merge again.`;
}

/** What goes wrong with runs, results and the engine itself, in English. */
export const engineSentences = {
  "engine/hashing-died": () =>
    "The thread that computes checksums stopped unexpectedly. Try again: the merge goes on from its last finished tensor.",
  "guard/not-finite": ({ group, tensor, found }: { group: string; stage: number; tensor: string; found: number }) =>
    `The guard stopped the merge at ${group}: ${tensor} has ${found} NaN or Inf. Nothing was written. Look for a damaged model, which a lower weight does not mend, or for a weight that is far too large.`,
  "donor/unguarded": ({ donor }: { donor: string }) =>
    `${donor} shall lend rows, and no prompts guard the result: nobody would see it break. Choose prompts (--guard FILE, or the guard's prompts on the page), or say that it may go unguarded (--unguarded).`,
  "guard/not-expressible": ({ message }: { code: string; message: string }) =>
    `The guard cannot take back a part of this merge. ${message}`,
  "journal/not-found": ({ job }: { job: string }) =>
    `There is no unfinished run ${job}. It was finished or discarded; start anew.`,
  "result/not-found": ({ id }: { id: string }) => `There is no kept result ${id}. It was removed; run the merge again.`,
  "job/elsewhere": ({ job }: { job: string }) =>
    `The run ${job} is at work in another tab. Watch it there, or close that tab.`,
  "job/running": ({ job }: { job: string }) => `The run ${job} is at work already. Wait for it, or cancel it first.`,

  "engine/not-started": () => "The engine has no settings yet. Reload the page to start it.",
  "model/duplicate": ({ key }: { key: string }) =>
    `There is a model ${key} already, and a recipe could not tell the two apart. Remove it first, or rename one folder.`,
  "model/not-loaded": ({ key, loaded }: { key: string; loaded: number }) =>
    `The model ${key} is not loaded; ${loaded} others are. Add it, or choose one of those.`,
  "recipe/invalid": ({ errors, line, message }: { errors: number; code: string; line: number; message: string }) =>
    `The recipe cannot be merged, it has ${errors === 1 ? "an error" : `${errors} errors, the first`}: ${line > 0 ? `line ${line}: ` : ""}${message}`,
  "engine/worker-died": ({ reason }: { reason: string | undefined }) =>
    reason === undefined
      ? "The engine was stopped. The next action starts it again."
      : `The engine stopped unexpectedly (${reason}). Try again: it starts anew, and a merge goes on from its last finished tensor.`,
  "guard/stopped": ({ group, ratio, cap }: { group: string; stage: number; ratio: number; cap: number }) =>
    `The guard stopped the merge at ${group}: perplexity is ${ratio.toPrecision(4)} times the base's, and at most ${cap} times are allowed. Nothing was written. Lower the weights, or let the guard roll back.`,
  "guard/stopped-whole": ({ base, ratio, cap }: { base: string; ratio: number; cap: number }) =>
    `The guard stopped the merge: its perplexity is ${ratio.toPrecision(4)} times that of ${base}, and at most ${cap} times are allowed. Nothing was written. Take other layers, raise the cap, or let the guard warn.`,
  "journal/no-models": ({ name, models, missing }: { name: string; models: string; missing: number }) =>
    `Cannot go on with "${name}": it is made of models of which ${missing} ${missing === 1 ? "is" : "are"} not loaded (${models}). Add what is missing and go on.`,
  "journal/changed": changedInput,
  "journal/changed-plan": ({ name, found, expected }: { name: string; found: string; expected: string }) =>
    `Cannot go on with "${name}": its recipe now makes another plan than at the start (fingerprint ${found.slice(0, 12)}, was ${expected.slice(0, 12)}), so a model has other tensors or another config. Load the same models and go on, or start the merge again.`,
  "output/not-empty": ({
    folder,
    files,
    some,
    more,
  }: {
    folder: string;
    files: number;
    first: string;
    some: string;
    more: number;
  }) =>
    `The folder ${folder} should be empty, and has ${files === 1 ? "a file" : `${files} files`} in the way of the merged model (${some}${more > 0 ? `, and ${more} more` : ""}). Choose an empty folder, so that no reader mixes two models.`,
  "output/damaged": ({
    file,
    found,
    expected,
    header,
  }: {
    file: string;
    found: number;
    expected: number;
    header: "same" | "other" | undefined;
  }) =>
    `Cannot finish ${file}: what was written of it is damaged (it has ${found} of ${expected} bytes${header === undefined ? "" : header === "same" ? ", and its header" : ", and not the header that was written"}). Start the run again, or remove the file and go on.`,
} satisfies Sentences;

export const engineFailure = failuresOf(engineSentences);

interface DonorFitFacts {
  readonly base: string;
  readonly donor: string;
  readonly part: string;
  readonly shared: number;
  /** Absent where too few tokens are shared to hold some out. */
  readonly cosine: number | undefined;
  readonly residual: number;
  readonly rank: number;
}

interface UnderdeterminedFacts {
  readonly part: string;
  readonly pairs: number;
  readonly needed: number;
  readonly spanned: number;
  readonly directions: number;
}

/** What a run remarks on its way, in English. */
export const runNotes = {
  "donor/fit": ({ base, donor, part, shared, cosine, residual, rank }: DonorFitFacts) =>
    `The ${part} of ${donor} beside that of ${base}: ${shared} shared tokens, cosine ${cosine === undefined ? "unknown" : cosine.toFixed(3)} on tokens that the fit had not seen, residual ${residual.toFixed(3)}, effective rank ${rank.toFixed(0)}.`,
  "donor/poor-fit": ({ base, donor, part }: { base: string; donor: string; part: string }) =>
    `The rows of ${donor} hardly point where those of ${base} do (${part}): the fit is too poor to help, whatever is blended. Take another donor; where its tokenizer is what is wanted, transplant that instead.`,
  "donor/underdetermined": ({ part, pairs, needed, spanned, directions }: UnderdeterminedFacts) =>
    `Only ${pairs} rows (${part}) tell how to turn the donor, and ${needed} are wanted: they span ${spanned} of ${directions} directions, and the others are turned at will.`,
  "donor/non-finite": ({ part, pairs, base, donor }: { part: string; pairs: number; base: string; donor: string }) =>
    `${pairs} pairs of rows (${part}: ${base}, ${donor}) hold NaN or Inf and take no part.`,
  "donor/tied": ({ base }: { base: string }) =>
    `The head of ${base} is its embedding, so there is no head to blend: stage B is skipped.`,
  "donor/no-rows": ({ part, tau }: { part: string; tau: number }) =>
    `No row of the donor is like enough (${part}: none reaches a cosine of ${tau.toFixed(2)}), so this stage is skipped. Lower min_tau, or take another donor.`,
  "donor/head-left": ({ cap }: { cap: number }) =>
    `The embedding went over ${cap} times the perplexity, so the head is left as it is.`,
  "donor/nobody-guards": ({ donor }: { donor: string }) =>
    `Nothing was measured: nobody guards the rows that ${donor} lends.`,
  "donor/nothing": ({ base }: { base: string }) => `Nothing is blended: what is written is ${base}.`,
  "donor/rows": ({ donor, embedding, head }: { base: string; donor: string; embedding: number; head: number }) =>
    `${donor} lends ${embedding} rows to the embedding and ${head} to the head.`,
  "gpu/lost": ({ finished, tensors }: { finished: number; tensors: number }) =>
    `The GPU went away. A new device takes over: ${finished} of ${tensors} tensors are done.`,
  "device/thread-lost": ({ finished, tensors }: { finished: number; tensors: number }) =>
    `A thread that computed went away. A new device takes over: ${finished} of ${tensors} tensors are done.`,
  "journal/comparing": ({ bytes }: { bytes: number }) =>
    `Comparing what was merged so far with the models as they are now (${(bytes / 1e9).toFixed(2)} GB).`,
  "output/lost": ({ file, lost, tensors }: { file: string; lost: number; tensors: number }) =>
    `${lost} of ${tensors} tensors were written to ${file} and are no longer there: it was cut, changed or taken away. They are made again.`,
  "hub/offline": ({ repo, commit }: { repo: string; commit: string }) =>
    `The Hub is out of reach: ${repo} is opened as it was the last time, at commit ${commit.slice(0, 12)}.`,
} satisfies Sentences;

export const runNote = sayer(runNotes);
