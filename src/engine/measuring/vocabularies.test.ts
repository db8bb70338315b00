import { expect, it } from "vitest";
import type { GuardOptions, PromptSet } from "../../eval/types";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import type { EvaluationRequest, GuardEvent, Subject } from "../protocol/evalProtocol";
import { OPTIONS, openGoldenSession } from "../session.testing";

/* A merge in a vocabulary that none of its models has. */

const UNION = `merge_method: task_arithmetic
base_model: a
models:
  - {model: vocab_plus, parameters: {weight: 0.4}}
  - {model: vocab_other, parameters: {weight: 0.3}}
tokenizer: {source: union}
dtype: float32
`;
const set: PromptSet = {
  id: "tokens",
  name: "tokens",
  split: "search",
  prompts: [{ text: "<|im_start|>hello you there<|im_end|>" }, { text: "{one|two}~three" }],
};
const request = (subject: Subject): EvaluationRequest => ({
  subject,
  sets: [set],
  measures: ["perplexity"],
  positions: "tail:8",
  maxTokens: 8,
});

it("is measured by the tokenizer that it will have, as the model is that was written", async () => {
  const session = await openGoldenSession(new MemoryEnvironment());
  const [planned] = await session.evaluate(request({ kind: "recipe", seed: 0, recipe: UNION }));
  await session.merge(UNION, { ...OPTIONS, run: "job" });
  await session.addModel({ kind: "result", id: "job" });
  const [written] = await session.evaluate(request({ kind: "model", key: "merged" }));
  const nll = (of: typeof planned) => of?.perplexity?.prompts.map((prompt) => [prompt.nll, prompt.tokens]);
  expect(nll(planned)).toEqual(nll(written));
  // "hello" and the signs at both ends are one token each, as are eight letters; no model here has a blank, and the first is not scored.
  expect(written?.perplexity?.prompts[0]?.tokens).toBe(10);
  const [base] = await session.evaluate(request({ kind: "model", key: "a" }));
  expect(base?.perplexity?.prompts[0]?.tokens).toBeGreaterThan(20);
});

it("is guarded against its base in the same vocabulary, and what is taken back is the base's row for row", async () => {
  const session = await openGoldenSession(new MemoryEnvironment());
  const options: GuardOptions = {
    sets: [set],
    cap: 1e-6, // nothing may stay
    action: "roll-back",
    groupLayers: 2,
    order: "down",
    positions: "tail:8",
  };
  const events: GuardEvent[] = [];
  const report = await session.watch(UNION, 0, options, { onEvent: (event) => events.push(event) });
  expect(report.limit).toBeUndefined();
  expect(new Set(report.stages.map(({ verdict }) => verdict))).toEqual(new Set(["rolled-back"]));
  const [back] = await session.evaluate(request({ kind: "recipe", seed: 0, recipe: report.recipe }));
  expect(back?.perplexity?.tokenWeighted).toBeCloseTo(report.base.perplexity, 4);
  expect(report.recipe).toContain("tokenizer: {source: union}");
});
