import { type Sentences, sayer } from "../../base/sentences";
import { problemsOf } from "./problem";

interface StrengthBase {
  readonly label: string;
  readonly tensor: string;
  readonly base: string | undefined;
}

/** Why a recipe has no words for a weaker merge, in English. */
export const strengthSentences = {
  "recipe/no-strength": ({ label }: { label: string }) =>
    `${label} has no parameter that leads back to a base: a tensor of it is taken or not. Take the layers of the base in \`slices:\` instead, or use a method that can be weakened, such as task_arithmetic.`,
  "recipe/strength-base": ({ label, tensor, base }: StrengthBase) =>
    base === undefined
      ? `${label} has no base to go back to. Add \`base_model:\` to the recipe.`
      : `${tensor} cannot go back to the base: ${base} is not among its inputs. List it with a weight of 0 wherever models are listed.`,
  "recipe/strength-not-expressible": () =>
    "The weaker merge cannot be written into this recipe: its names or aliases do not tell the tensors apart. Write parameters out where `*alias` stands for them, or choose groups of other layers.",
} satisfies Sentences;

export const strengthProblem = problemsOf(strengthSentences);

const WHOLE =
  "The guard measures the whole result against it before anything is written: over the cap it warns, or stops where it is told to.";

/** Why a guard can look at a merge as a whole only, in English. */
export const limitSentences = {
  "guard/whole-depth": ({ base, found, expected }: { base: string; found: number; expected: number }) =>
    `The merge has ${found} layers and ${base} has ${expected}, so no group of layers can be taken back to it. ${WHOLE}`,
  "guard/whole-shape": ({
    tensor,
    base,
    found,
    expected,
  }: {
    tensor: string;
    base: string;
    found: string;
    expected: string;
  }) =>
    `${tensor} of the merge has the shape ${found}, and in ${base} it has ${expected}, so no group of layers can be taken back to it. ${WHOLE}`,
  "guard/whole-method": ({ base, method }: { base: string; method: string }) =>
    `${method} has no parameter that leads back to ${base}, so no group of layers can be weakened. ${WHOLE} To have groups rolled back, use a method that can be weakened, such as task_arithmetic.`,
  "guard/whole-donor": ({ base, donor }: { base: string; donor: string }) =>
    `${donor} lends rows to the result. When it is merged, its embedding and then its head are measured against what it was before, and over ppl_cap they are halved or taken back; here the whole is measured against ${base}.`,
  "guard/whole-recipe": ({ base, reason }: { base: string; code: string; reason: string }) =>
    `No group of layers can be taken back to ${base}: ${reason} ${WHOLE}`,
} satisfies Sentences;

export const limit = sayer(limitSentences);
