import { expect, it } from "vitest";
import { parseRecipe } from "../../parse/parse";
import { readSyntax } from "../syntax";
import { writeAnew } from "./writeAnew";

const anew = (text: string) => {
  const { document } = readSyntax(text);
  return document ? writeAnew(document, text) : undefined;
};

it.each([
  ["a number of base sixty", "weight: 1:2"],
  ["a number without its zero", "weight: .5"],
  ["a number that others read as text", "weight: 1e-3"],
  ["an octal number", "weight: 010"],
  ["a boolean", "weight: yes"],
  ["nothing", "weight: ~"],
])("a document that is written anew keeps the spelling of %s", (_, line) => {
  expect(anew(`${line}\n`)).toBe(`${line}\n`);
});

it("a name that is written like a merge key stays a name", () => {
  const recipe = 'merge_method: linear\nmodels:\n  - model: a\n    parameters:\n      "<<": 5\n';
  expect(anew(recipe)).toBe(recipe);
  expect(parseRecipe(anew(recipe) ?? "").problems).toEqual(parseRecipe(recipe).problems);
  const merged = "x: &x {weight: 1}\nmerge_method: linear\nmodels: [{model: a, parameters: {<<: *x}}]\n";
  expect(anew(merged)).toContain("<<: *x");
});

it.each([
  ["in one line", "# awase: {seed: 7}"],
  ["in several", "# awase:\n#   seed: 7"],
])("a seed that stands %s between the models is kept, and other comments stay where they are", (_, block) => {
  const recipe = `merge_method: linear\nmodels:\n# first\n${block}\n# last\n- model: a\n`;
  const written = anew(recipe) ?? "";
  expect(parseRecipe(written).recipe?.extras.seed).toBe(7);
  expect(written.match(/awase/g)).toHaveLength(1);
  expect(written).toMatch(/models:\n +# first\n +# last\n/);
});
