import { expect, it } from "vitest";
import type { Checkpoint } from "../../../model/checkpoint";
import { toyLlama } from "../../../model/checkpoint.testing";
import { LINEAR, planOf, problem, report, tensorOf } from "../plan.testing";

const config = { architectures: ["NovelForCausalLM"] };
const novel = (key: string, rename: (name: string) => string = (name) => name): Checkpoint => {
  const model = toyLlama(key, { config });
  const tensors = new Map(
    [...model.tensors].map(([name, tensor]) => [rename(name), { ...tensor, name: rename(name) }]),
  );
  return { ...model, tensors };
};
const bare = (name: string) => name.replace(/^model\./, "");
const q = "model.layers.1.self_attn.q_proj.weight";

it.each<[string, (name: string) => string]>([
  ["without model.", bare],
  ["with more before it", (name) => `student.${name}`],
  ["with something else in its place", (name) => name.replace(/^model\./, "language_model.")],
])("merges a model of an unknown architecture whose names are those of the first %s", (_, rename) => {
  const models = [novel("a"), novel("b", rename)];
  const plan = planOf(LINEAR, models);
  expect(plan.tensors.map(({ name }) => name).sort()).toEqual([...novel("a").tensors.keys()].sort());
  expect(tensorOf(plan, q)).toMatchObject({
    action: "merge",
    inputs: [
      { model: "a", tensor: q },
      { model: "b", tensor: rename(q) },
    ],
  });
  expect(problem("plan/other-prefix", LINEAR, models)).toMatchObject({
    severity: "note",
    facts: { model: "b", other: "a" },
  });
});

it("gives the output the names of the first model, with or without the prefix", () => {
  const plan = planOf(LINEAR, [novel("a", bare), novel("b")]);
  expect(tensorOf(plan, bare(q))).toMatchObject({
    action: "merge",
    inputs: [{ model: "a" }, { model: "b", tensor: q }],
  });
});

it("says nothing of models whose names agree, and takes no others for them", () => {
  expect(problem("plan/other-prefix", LINEAR, [novel("a"), novel("b")])).toBeUndefined();
  const other = novel("b", (name) => name.replace("layers", "blocks").replace("_proj", "_projection"));
  expect(problem("plan/other-prefix", LINEAR, [novel("a"), other])).toBeUndefined();
});

it("says beside the model what was put right when it was opened", () => {
  const remark = { code: "model/subfolder-used", message: "b has its model in merged.", facts: { model: "b" } };
  const { problems } = report(LINEAR, [toyLlama("a"), { ...toyLlama("b"), remarks: [remark] }]);
  expect(problems).toEqual([{ ...remark, severity: "note", span: expect.objectContaining({ line: 5 }) }]);
});
