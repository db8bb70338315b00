import { describe, expect, it } from "vitest";
import { writeExtras } from "../parse/extras";
import { parseRecipe } from "../parse/parse";
import { planDonor } from "./donor";
import { DONOR_DEFAULTS, DONOR_RANGES, donorRange, donorValue } from "./parameters";

const RECIPE = "merge_method: passthrough\nmodels: [{model: base}]\n";
const block = (...lines: readonly string[]) =>
  `${RECIPE}# awase:\n#   donor:\n${lines.map((line) => `#     ${line}\n`).join("")}`;
const parsed = (...lines: readonly string[]) => parseRecipe(block(...lines));

describe("a donor in a recipe", () => {
  it("is a model with parameters, those that are not written as they are by default", () => {
    const { recipe, problems } = parsed(
      "model: org/gemma@v1",
      "target_emb_frac: 0.5",
      "kl_positions: stride:2",
      "use_soft_clip: no",
    );
    expect(problems).toEqual([]);
    const donor = recipe?.extras.donor;
    expect(donor?.model).toMatchObject({ path: "org/gemma", revision: "v1", key: "org/gemma@v1" });
    expect(donor?.parameters).toEqual({ target_emb_frac: 0.5, kl_positions: "stride:2", use_soft_clip: false });
    const changed = { target_emb_frac: 0.5, kl_positions: "stride:2", use_soft_clip: false };
    expect(donor && planDonor(donor)).toEqual({
      model: "org/gemma@v1",
      folders: ["org/gemma@v1"],
      parameters: { ...DONOR_DEFAULTS, ...changed },
    });
  });

  it("stands in one line as well, beside seed and revisions, and is kept when those are written anew", () => {
    const text = `${RECIPE}# awase: {seed: 4, donor: {model: gemma, gamma: 8}}\n`;
    const extras = parseRecipe(text).recipe?.extras;
    expect(extras?.donor).toMatchObject({ model: { key: "gemma" }, parameters: { gamma: 8 } });
    const again = parseRecipe(writeExtras(text, { revisions: { gemma: "0123456" }, ...extras, seed: 5 })).recipe
      ?.extras;
    expect(again).toMatchObject({ seed: 5, donor: { model: { key: "gemma" }, parameters: { gamma: 8 } } });
  });

  it.each([
    [["model: gemma", "target_emb_frac: 1.5"], "recipe/donor-value", "1.5"],
    [["model: gemma", "target_emb_frac: half"], "recipe/donor-value", "half"],
    [["model: gemma", "target_head_rows: 2.5"], "recipe/donor-value", "2.5"],
    [["model: gemma", "use_soft_clip: 1"], "recipe/donor-value", "1"],
    [["model: gemma", "kl_positions: tail"], "recipe/donor-value", "tail"],
    [["model: gemma", "gamma: [1]"], "recipe/donor-value", "[1]"],
    [["model: gemma", "alpha_floor_emb: 0.9"], "recipe/donor-floor", "0.9"],
    [["model: gemma", "alpha_cap_head: 0.1"], "recipe/donor-floor", "0.1"],
    [["gamma: 3"], "recipe/missing-model", "donor"],
    [["model: a+b+c"], "recipe/reference", "a+b+c"],
  ])("with %j is refused with %s, at its place", (lines, code, there) => {
    const text = block(...lines);
    const { problems, recipe } = parseRecipe(text);
    expect(problems.map((problem) => [problem.code, problem.severity])).toEqual([[code, "error"]]);
    const span = problems[0]?.span;
    expect(text.slice(span?.from, span?.to)).toContain(there);
    expect(span?.line).toBe(text.slice(0, span?.from).split("\n").length);
    expect(recipe?.extras.donor).toBeUndefined();
  });

  it("with a mistyped parameter is warned of, and the fix puts it right", () => {
    const text = block("model: gemma", "target_emb_fraq: 0.5");
    const [problem] = parseRecipe(text).problems;
    expect(problem).toMatchObject({
      code: "recipe/unknown-key",
      severity: "warning",
      facts: { meant: "target_emb_frac" },
    });
    const { from = 0, to = 0, insert = "" } = problem?.fix ?? {};
    expect(parseRecipe(text.slice(0, from) + insert + text.slice(to)).recipe?.extras.donor?.parameters).toEqual({
      target_emb_frac: 0.5,
    });
  });

  it("a value out of range is put right by its fix", () => {
    const text = block("model: gemma", "ppl_cap: 0.5");
    const { from = 0, to = 0, insert = "" } = parseRecipe(text).problems[0]?.fix ?? {};
    expect(parseRecipe(text.slice(0, from) + insert + text.slice(to)).recipe?.extras.donor?.parameters).toEqual({
      ppl_cap: 3,
    });
  });

  it("in a block that cannot be read is an error: without it the merge is another one", () => {
    const { problems } = parseRecipe(`${RECIPE}# awase: {donor: {model: gemma}\n`);
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([["recipe/extras", "error"]]);
  });
});

it("each parameter takes its default, and says what it takes", () => {
  for (const name of Object.keys(DONOR_RANGES) as (keyof typeof DONOR_RANGES)[]) {
    expect(donorValue(name, String(DONOR_DEFAULTS[name]))).toBe(DONOR_DEFAULTS[name]);
    expect(donorRange(name)).not.toBe("");
  }
});
