import { failuresOf } from "../base/errors";
import { type Sentences, sayer } from "../base/sentences";

/** What can be wrong with a study as it is written, in English. */
export const studySentences = {
  "study/empty": () => "This study is empty. Begin with `recipe:`, `objectives:` and `trials:`.",
  "study/missing": ({ key, where }: { key: string; where: string }) => `${where} has no \`${key}\`. Add it.`,
  "study/value": ({ key, found, expected }: { key: string; found: string; expected: string }) =>
    `\`${key}\` must be ${expected}, but is ${found}.`,
  "study/no-marks": () =>
    "Nothing in the recipe is marked to be searched. Write `{search: [0, 1.5]}` where a number stands, or `{choices: [ties, linear]}` where a word does.",
  "study/range": ({ low, high }: { low: number; high: number }) =>
    `A range goes from a number to a larger one, but this goes from ${low} to ${high}. Write the smaller one first.`,
  "study/log-range": ({ low }: { low: number }) =>
    `A range on a log scale begins above 0, but this begins at ${low}. Begin with a small number such as 1.0e-3, or leave \`log\` out.`,
  "study/int-range": ({ low, high }: { low: number; high: number }) =>
    `The ends of a range of whole numbers are whole, but these are ${low} and ${high}. Round them, or leave \`int\` out.`,
  "study/mixed-mark": () => "A mark has either `search` or `choices`, but this has both. Remove one.",
  "study/same-name": ({ name }: { name: string }) =>
    `Two marks are called ${name} and differ. Give one of them another name; marks of one name are one parameter and have one range.`,
  "study/unknown-condition": ({ name, known }: { name: string; known: string }) =>
    `\`when\` names ${name}, which is not searched before this. Searched before it are: ${known}.`,
  "study/unknown-value": ({ name, value, known }: { name: string; value: string; known: string }) =>
    `\`when\` asks for ${value} of ${name}, which it never is. It is one of ${known}.`,
  "study/sampler-choices": ({ sampler, name }: { sampler: string; name: string }) =>
    `${sampler} searches numbers, and ${name} is a choice. Use tpe, nsga-ii, random or grid, or run a study for each choice.`,
  "study/sampler-objectives": ({ sampler, found }: { sampler: string; found: number }) =>
    `${sampler} searches for one objective, but there are ${found}. Add \`combine: mean\`, or use tpe or nsga-ii.`,
  "study/combine": ({ names }: { names: string }) =>
    `\`combine: mean\` needs objectives that are all to be high or all to be low, but ${names} differ. Leave \`combine\` out and look at the front.`,
  "study/no-base": ({ measure }: { measure: string }) =>
    `${measure} is against a base, and the recipe has no \`base_model\`. Name a model with \`base:\`.`,
  "study/prompts": ({ file, reason }: { file: string; reason: string }) =>
    `The prompts in ${file} cannot be used: ${reason}`,
  "study/few-prompts": ({ file, found, expected }: { file: string; found: number; expected: number }) =>
    `${file} has ${found} prompts, and each of search, validation and test needs at least one, ${expected} in all. Add more, or write \`split: {search: 1, validation: 0, test: 0}\`.`,
  "study/coarse": ({ file, found, error }: { file: string; found: number; error: number }) =>
    `Of ${file} only ${found} prompts decide in the search: one standard error of an accuracy is up to ${error} points, so smaller differences are chance. Add prompts.`,
  "study/many-parameters": ({ found, trials, expected }: { found: number; trials: number; expected: number }) =>
    `${found} parameters are searched with ${trials} trials; ${expected} trials would be five for each. Give gradients fewer control points, or allow more trials.`,
} satisfies Sentences;

export const studySaid = sayer(studySentences);

/** Why a study cannot go on, in English. */
export const searchSentences = {
  "study/other": ({ folder, other }: { folder: string; other: string }) =>
    `${folder} holds a study with another ${other}. Choose another folder, or begin anew with --overwrite.`,
  "study/diverged": ({ trial }: { trial: number }) =>
    `Trial ${trial} that was kept is of another point than this version would try, so going on would not give the study that was begun. Finish it with the version that began it, or begin anew with --overwrite.`,
  "study/nothing-found": ({ trials, reason }: { trials: number; reason: string }) =>
    `None of ${trials} trials is within its limits. The last one: ${reason}. Allow more in \`constraints\`, or search weaker merges.`,
} satisfies Sentences;

export const searchFailure = failuresOf(searchSentences);
