import { failuresOf } from "../base/errors";
import type { Sentences } from "../base/sentences";
import { problemsOf } from "../recipe/problems/problem";

/** What goes wrong at the command line only. It speaks English. */
const failureSentences = {
  "output/is-input": ({ out, model }: { out: string; model: string }) =>
    `The output folder ${out} is that of the model ${model}, which would be written over while it is read. Choose another --out.`,
  "output/unusable": ({ folder, reason }: { folder: string; reason: string }) =>
    `Cannot write into the folder ${folder} (${reason}). Choose another --out, or change what stands in its way.`,
  "gpu/none": ({ reason }: { reason: string }) =>
    `There is no WebGPU device here (${reason.replace(/\.$/, "")}). Run with --device wasm, or install a driver for Vulkan, Metal or D3D12.`,
  "journal/foreign": ({ path, found }: { path: string; found: number }) =>
    `${path} (${found} characters) is no journal that this version can go on with: it is damaged, or of another version or program. ` +
    "Choose another --out, or add --overwrite to start the merge again.",
  "output/other-run": ({
    out,
    other,
    tensorsDone,
    tensors,
  }: {
    out: string;
    other: string;
    tensorsDone: number;
    tensors: number;
  }) =>
    `${out} holds an unfinished run with another ${other} (${tensorsDone} of ${tensors} tensors done). ` +
    "Finish that one, choose another --out, or add --overwrite to discard it.",
  "output/not-empty": ({ folder, files }: { folder: string; files: number; first: string }) =>
    `The folder ${folder} should be empty, and holds ${files === 1 ? "a file" : `${files} files`}. Choose another --out, or add --overwrite to replace the model in it.`,
  "output/study": ({ folder, trials }: { folder: string; trials: number }) =>
    `${folder} holds a study with ${trials} trials. Add --resume to go on with it, or --overwrite to begin anew.`,
  "output/busy": ({ folder, pid, lock }: { folder: string; pid: number; lock: string }) =>
    `Process ${pid} is writing into ${folder}. Wait until it has ended, or choose another --out. If no merge is at work there, remove ${lock}.`,
} satisfies Sentences;

export const cliFailure = failuresOf(failureSentences);

/** What only the command line finds wrong with a recipe. It speaks English. */
const problemSentences = {
  "recipe/near-model": ({ path, meant }: { path: string; meant: string }) =>
    `There is no folder ${path}, but there is ${meant}. Did you mean that? Correct the name.`,
  "recipe/no-model": ({ path, looked }: { path: string; looked: string }) =>
    `There is no folder ${looked}, and "${path}" is no Hub id (owner/name). Correct the path, or the id.`,
} satisfies Sentences;

export const cliProblem = problemsOf(problemSentences);
