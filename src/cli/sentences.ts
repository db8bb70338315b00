import type { Sentences } from "../base/sentences";
import { problemsOf } from "../recipe/problems/problem";

/** What only the command line finds wrong with a recipe. It speaks English. */
const problemSentences = {
  "recipe/near-model": ({ path, meant }: { path: string; meant: string }) =>
    `There is no folder ${path}, but there is ${meant}. Did you mean that? Correct the name.`,
  "recipe/no-model": ({ path, looked }: { path: string; looked: string }) =>
    `There is no folder ${looked}, and "${path}" is no Hub id (owner/name). Correct the path, or the id.`,
} satisfies Sentences;

export const cliProblem = problemsOf(problemSentences);
