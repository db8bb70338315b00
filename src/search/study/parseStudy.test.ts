import { describe, expect, it } from "vitest";
import { parseStudy } from "./parseStudy";

const STUDY = `# what we look for
recipe:
  # a comment of the recipe
  merge_method: task_arithmetic
  models:
    - {model: a, parameters: {weight: {search: [0, 1.5]}}}
objectives:
  - {measure: exact-match, prompts: task-ja.jsonl}
  - {measure: exact-match, prompts: sets/task-math.jsonl, weight: 2, max_tokens: 16, match: {number: "####"}}
constraints: [{measure: relative-perplexity, prompts: prompts.jsonl, max: 2}]
combine: mean
sampler: {method: tpe, startup: 6, multivariate: true}
trials: 60
seed: 7
split: {search: 3, validation: 1, test: 1}
top: 3
`;

/** The study with a line in another's place. */
const withLine = (from: RegExp, to: string) => STUDY.replace(from, to);

describe("a study as it is written", () => {
  it("is read whole", () => {
    const { study, recipe, problems } = parseStudy(STUDY);
    expect(problems).toEqual([]);
    expect(study).toMatchObject({
      objectives: [
        {
          name: "exact-match task-ja",
          prompts: "task-ja.jsonl",
          goal: "high",
          weight: 1,
          maxTokens: 32,
          match: { kind: "line" },
        },
        {
          name: "exact-match task-math",
          prompts: "sets/task-math.jsonl",
          weight: 2,
          maxTokens: 16,
          match: { kind: "number", marker: "####" },
        },
      ],
      constraints: [{ name: "relative-perplexity prompts", max: 2 }],
      combine: true,
      settings: { startup: 6, multivariate: true },
      trials: 60,
      seed: 7,
      split: { search: 3, validation: 1, test: 1 },
      top: 3,
    });
    expect(study?.sampler.id).toBe("tpe");
    expect(recipe).toMatchObject({ kind: "text", indent: 2 });
  });

  it("gives the recipe at the lines that it stands on", () => {
    const { recipe } = parseStudy(STUDY);
    const lines = recipe?.kind === "text" ? recipe.text.split("\n") : [];
    expect(lines[3]).toBe("merge_method: task_arithmetic");
    expect(lines[5]).toBe("  - {model: a, parameters: {weight: {search: [0, 1.5]}}}");
  });

  it("may name a file of a recipe, and leaves out what has a default", () => {
    const { study, recipe } = parseStudy("recipe: r.yaml\nobjectives: [{measure: kl, prompts: p.txt}]\ntrials: 5\n");
    expect(recipe).toMatchObject({ kind: "file", path: "r.yaml" });
    expect(study).toMatchObject({
      combine: false,
      constraints: [],
      seed: 1,
      top: 5,
      split: { search: 2, validation: 1, test: 1 },
    });
    expect(study?.sampler.id).toBe("cma-es");
  });

  it.each([
    [/trials: 60/, "trials: lots", "study/value", 13],
    [/trials: 60\n/, "", "study/missing", 1],
    [/measure: exact-match, prompts: task-ja/, "measure: exactmatch, prompts: task-ja", "study/value", 8],
    [/sampler: .*/, "sampler: bayes", "study/value", 12],
    [/sampler: .*/, "sampler: {method: tpe, startup: 0}", "study/value", 12],
    [/combine: mean/, "combine: max", "study/value", 11],
    [/, max: 2/, "", "study/missing", 10],
    [/objectives:\n.*\n.*\n/, "objectives: []\n", "study/value", 7],
    [/top: 3/, "topp: 3", "recipe/unknown-key", 16],
    [/combine: mean\nsampler: .*/, "combine: mean\nsampler: 3", "study/value", 12],
  ])("%s → %j is said at its line: %s", (from, to, code, line) => {
    const { problems } = parseStudy(withLine(from, to));
    expect(problems.map((problem) => `${problem.code} ${problem.span?.line}`)).toContain(`${code} ${line}`);
  });

  it("refuses several objectives for a sampler of one, and a mean of high and low", () => {
    const several = withLine(/combine: mean\nsampler: .*/, "sampler: cma-es");
    expect(parseStudy(several).problems.map(({ code }) => code)).toEqual(["study/sampler-objectives"]);
    const mixed = withLine(/measure: exact-match, prompts: task-ja/, "measure: perplexity, prompts: task-ja");
    expect(parseStudy(mixed).problems.map(({ code }) => code)).toEqual(["study/combine"]);
  });

  it("is nothing without text, and no study without its keys", () => {
    expect(parseStudy("").problems.map(({ code }) => code)).toEqual(["study/empty"]);
    expect(parseStudy("recipe: x\n").problems.map(({ message }) => message)).toEqual([
      "The study has no `objectives`. Add it.",
      "The study has no `trials`. Add it.",
    ]);
  });
});
