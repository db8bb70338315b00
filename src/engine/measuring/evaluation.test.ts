import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAbort } from "../../base/errors";
import { openCpuDevice } from "../../compute/devices/cpu";
import type { PromptSet } from "../../eval/types";
import { losable } from "../machine/losableDevice";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import type { AnswerRequest, EvaluationEvent, EvaluationRequest, Subject } from "../protocol/evalProtocol";
import { OPTIONS, openSampleSession } from "../session.testing";

/* Expected values were made with transformers in float32. */

interface Expected {
  readonly nll_per_prompt: Readonly<Record<string, readonly (readonly [nll: number, tokens: number])[]>>;
  readonly greedy: Readonly<Record<string, readonly { readonly prompt: string; readonly text: string }[]>>;
}
const GOLDEN = join(import.meta.dirname, "../../../e2e/golden/samples");
const report = JSON.parse(readFileSync(join(GOLDEN, "report.json"), "utf8")) as Record<string, Expected>;
const HALF = "task_arithmetic ja=0.5 math=0.5 (float32, not written)";

const PROMPTS = 3;
const ja: PromptSet = {
  id: "ja",
  name: "Japanese",
  split: "search",
  prompts: readFileSync(join(GOLDEN, "prompts-ja.jsonl"), "utf8")
    .split("\n")
    .slice(0, PROMPTS)
    .map((line) => JSON.parse(line) as { text: string }),
};
const nllOf = (model: string) => report[model]?.nll_per_prompt.ja?.slice(0, PROMPTS).map(([nll]) => nll) ?? [];

const modelOf = (key: string): Subject => ({ kind: "model", key });
const recipeOf = (ja: number, math: number): Subject => ({
  kind: "recipe",
  seed: 0,
  recipe: `merge_method: task_arithmetic
base_model: llama-base
models:
  - {model: llama-ja, parameters: {weight: ${ja}}}
  - {model: llama-math, parameters: {weight: ${math}}}
dtype: float32
`,
});
const request = (subject: Subject): EvaluationRequest => ({
  subject,
  base: "llama-base",
  sets: [ja],
  measures: ["perplexity", "divergence"],
  positions: "tail:8",
  maxTokens: 8,
});

function expectClose(found: readonly number[] | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [at, value] of expected.entries()) expect(Math.abs((found?.[at] ?? 0) / value - 1)).toBeLessThan(1e-4);
}

describe("measuring", () => {
  it("gives transformers' values for a model and its base, and tells how far it is", async () => {
    const { session } = await openSampleSession();
    const events: EvaluationEvent[] = [];
    const found = await session.evaluate(request(modelOf("llama-ja")), { onEvent: (event) => events.push(event) });
    expectClose(
      found[0]?.perplexity?.prompts.map(({ nll }) => nll),
      nllOf("llama-ja"),
    );
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    const tokens = sum(found[0]?.perplexity?.prompts.map((prompt) => prompt.tokens) ?? []);
    expect(found[0]?.relative?.ln).toBeCloseTo((sum(nllOf("llama-ja")) - sum(nllOf("llama-base"))) / tokens, 5);
    expect(events.at(-1)).toEqual({ type: "measured", evaluation: found[0] });
    const bars = events.flatMap((event) => (event.type === "measuring" ? [event] : []));
    expect(new Set(bars.map(({ total }) => total)).size).toBe(1);
    expect(bars.map(({ done }) => done)).toEqual(bars.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(bars.at(-1)?.done).toBe(bars.at(-1)?.total);
  });

  it("measures a recipe that nobody wrote, and the same models with other numbers without reading a byte", async () => {
    const environment = new MemoryEnvironment();
    const { session, reads } = await openSampleSession(environment);
    const nll = async (subject: Subject) =>
      (await session.evaluate(request(subject)))[0]?.perplexity?.prompts.map((prompt) => prompt.nll);
    expectClose(await nll(recipeOf(0.3, 0.3)), nllOf("task_arithmetic ja=0.3 math=0.3 (float32, not written)"));
    expect(reads.length).toBeGreaterThan(0);
    reads.length = 0;
    expectClose(await nll(recipeOf(0.5, 0.5)), nllOf(HALF));
    expect(reads).toEqual([]);
    expect(environment.outputs.size).toBe(0);
  });

  it("keeps what the base gave for the next session", async () => {
    const environment = new MemoryEnvironment();
    const measure = async () => {
      const { session, reads } = await openSampleSession(environment);
      const asked = { ...request(modelOf("llama-ja")), topK: 64 };
      const [evaluation] = await session.evaluate(asked);
      const { divergence, relative } = evaluation ?? {};
      return { divergence, relative, baseReads: reads.filter((read) => read.startsWith("llama-base")).length };
    };
    const first = await measure();
    const again = await measure();
    expect(again).toMatchObject({ divergence: first.divergence, relative: first.relative });
    expect(again.baseReads).toBeLessThan(first.baseReads / 2); // stretches by which the model is known
  });

  it("gives device memory back for a merge, and when a model is removed", async () => {
    const { session } = await openSampleSession();
    await session.evaluate(request(recipeOf(0.5, 0.5)));
    expect((await session.memory()).lent).toBeGreaterThan(0);
    const identity = "merge_method: linear\nmodels: [{model: llama-base, parameters: {weight: 1}}]\n";
    await session.merge(identity, { ...OPTIONS, run: "merge" });
    expect((await session.memory()).lent).toBe(0);
    await session.evaluate({ ...request(modelOf("llama-ja")), sets: [ja] });
    await session.removeModel("llama-ja");
    await session.removeModel("llama-base");
    expect((await session.memory()).lent).toBe(0);
  });

  it("goes on with a new device when the first is lost, and is cancelled within a layer", async () => {
    const openDevice = async () => losable(openCpuDevice({ reason: "A test asks for it." }));
    const { session } = await openSampleSession(new MemoryEnvironment({ openDevice }));
    let lost = false;
    const dones: number[] = [];
    const [evaluation] = await session.evaluate(request(modelOf("llama-ja")), {
      onEvent: (event) => {
        if (event.type !== "measuring") return;
        dones.push(event.done);
        if (!lost) void session.loseDevice();
        lost = true;
      },
    });
    expectClose(
      evaluation?.perplexity?.prompts.map(({ nll }) => nll),
      nllOf("llama-ja"),
    );
    expect(dones).toEqual(dones.toSorted((a, b) => a - b));

    const control = new AbortController();
    const watch = { signal: control.signal, onEvent: () => control.abort() };
    const cancelled = session.evaluate(request(modelOf("llama-math")), watch);
    expect(isAbort(await cancelled.catch((error: unknown) => error))).toBe(true);
  });

  it("counts a set's tokens, and tells its time once a pass was timed", async () => {
    const { session } = await openSampleSession();
    const [before] = await session.costs(recipeOf(1, 1), [ja]);
    expect(before).toEqual({ set: "ja", tokens: 57 + PROMPTS });
    const [evaluation] = await session.evaluate({ ...request(modelOf("llama-base")) });
    const [after] = await session.costs(recipeOf(1, 1), [ja]);
    expect(after?.tokens).toBe(evaluation?.tokens);
    expect(after?.seconds).toBeGreaterThan(0);
  });

  it("scores token ids without a tokenizer", async () => {
    const { session } = await openSampleSession();
    const nll = await session.likelihoods(modelOf("llama-base"), [[222, 222, 85, 88], [5]]);
    expect(nll.map(({ length }) => length)).toEqual([3, 0]);
  });
});

describe("answers", () => {
  const { prompt = "", text = "" } = report["llama-ja"]?.greedy.ja?.[0] ?? {};
  const asked = (subject: Subject): AnswerRequest => ({
    subject,
    prompt,
    chat: true,
    maxTokens: 24,
    temperature: 0,
    topP: 1,
    seed: 0,
  });

  it("come as growing text, from three subjects at once, and end where the model ends them", async () => {
    const { session } = await openSampleSession();
    const said: string[] = [];
    const [trained, base, half] = await Promise.all([
      session.answer(asked(modelOf("llama-ja")), { onEvent: (so_far) => said.push(so_far) }),
      session.answer(asked(modelOf("llama-base"))),
      session.answer(asked(recipeOf(0.5, 0.5))),
    ]);
    expect(trained).toMatchObject({ text: ` ${text}`, ended: "stop", tokens: 5, input: prompt });
    expect(trained.stopToken).toBeDefined();
    expect(said.at(-1)).toBe(trained.text);
    for (const [at, part] of said.entries()) expect(trained.text.startsWith(part), `${at}`).toBe(true);
    expect(base.text.trim()).toBe(report["llama-base"]?.greedy.ja?.[0]?.text);
    expect(half.text.trim()).toBe(report[HALF]?.greedy.ja?.[0]?.text);
  });

  it("place no weight twice for a second question, end at the limit, and can be cancelled", async () => {
    const { session, reads } = await openSampleSession();
    const subject = modelOf("llama-ja");
    await session.answer(asked(subject));
    reads.length = 0;
    expect(await session.answer({ ...asked(subject), maxTokens: 2 })).toMatchObject({
      ended: "length",
      tokens: 2,
    });
    expect(reads).toEqual([]);
    const endless = { ...asked(subject), temperature: 1, seed: 3, maxTokens: 2000 };
    const control = new AbortController();
    const cancelled = session
      .answer(endless, { signal: control.signal, onEvent: () => control.abort() })
      .catch((error: unknown) => error);
    expect(isAbort(await cancelled)).toBe(true);
  });
});
