import { describe, expect, it } from "vitest";
import { toyLlama } from "../../../model/checkpoint.testing";
import type { Tokens, Vocabulary } from "../../../tokens/vocabulary";
import { a, b, base, LINEAR, problemIn, reportWith, SLERP, stack, TIES, toyVocabulary } from "../plan.testing";

const same = toyVocabulary(16);
const shifted = { ...same, tokens: same.tokens.map((_, id) => `t${(id + 1) % 16}`) };
const few = toyVocabulary(16, { 3: "<|im_start|>" });
const codes = ({ problems }: ReturnType<typeof reportWith>) => problems.map(({ code }) => code);

describe("two models of one size whose tokenizers give other ids", () => {
  it("cannot be blended, and it is said how many rows mean what else", () => {
    for (const text of [LINEAR, SLERP]) {
      const report = reportWith(text, [a, b], { a: same, b: shifted });
      expect(report.plan).toBeUndefined();
      expect(problemIn("plan/other-vocabulary", report)).toMatchObject({
        severity: "error",
        facts: { model: "b", other: "a", found: 16, rows: 16, id: 0, token: '"t1"', otherToken: '"t0"', tensors: 2 },
      });
    }
  });

  it("in a few added tokens are blended with a warning that has an example", () => {
    const report = reportWith(LINEAR, [a, b], { a: same, b: few });
    expect(report.plan).toBeDefined();
    expect(problemIn("plan/some-other-tokens", report)).toMatchObject({
      severity: "warning",
      facts: { model: "b", found: 1, rows: 16, id: 3, token: '"<|im_start|>"', otherToken: '"t3"' },
    });
  });

  it("are not blended where only one of them is heard", () => {
    const weight = (value: number) =>
      `{weight: [{filter: embed_tokens, value: ${value}}, {filter: lm_head, value: ${value}}, {value: 0.5}]}`;
    const silent = LINEAR.replace(/b\n {4}parameters: {weight: 0.5}/, `b\n    parameters: ${weight(0)}`);
    expect(codes(reportWith(silent, [a, b], { a: same, b: shifted }))).toEqual([]);
    expect(codes(reportWith(SLERP.replace("0.5", "0"), [a, b], { a: same, b: shifted }))).toEqual([]);
    expect(codes(reportWith(SLERP.replace("0.5", "1"), [a, b], { a: same, b: shifted }))).toEqual([
      "plan/other-vocabulary",
    ]);
  });

  it("can be stacked where embedding and head are of one model, and not where they are of two", () => {
    const two = stack("{model: a, layer_range: [0, 2]}", "{model: b, layer_range: [2, 4]}");
    expect(codes(reportWith(two, [a, b], { a: same, b: shifted }))).toEqual(["plan/other-vocabulary"]);
    const around = `${two}  - sources: [{model: a, layer_range: [4, 4]}]\n`;
    expect(codes(reportWith(around, [a, b], { a: same, b: shifted }))).toEqual([]);
  });

  it("are compared with the tokenizer that the output gets, also where its model gives no weights", () => {
    const text = LINEAR.replace("models:", "base_model: base\nmodels:");
    const report = reportWith(text, [a, b, base], { a: same, b: same, base: shifted });
    expect(problemIn("plan/other-vocabulary", report)?.facts).toMatchObject({ model: "a", other: "base" });
  });

  it("are taken for alike where a tokenizer is missing, with a note", () => {
    const report = reportWith(TIES, [a, b, base], { a: same, base: same });
    expect(report.problems).toMatchObject([
      { code: "plan/unknown-vocabulary", severity: "note", facts: { model: "b" } },
    ]);
  });

  it("of some hundred thousand tokens are compared once, not at every change of the recipe", () => {
    const size = 200_000;
    let reads = 0;
    const counted = (vocabulary: Vocabulary): Vocabulary => {
      const get = (tokens: Tokens, key: string | symbol) => {
        reads++;
        return Reflect.get(tokens, key);
      };
      return { ...vocabulary, tokens: new Proxy(vocabulary.tokens, { get }) };
    };
    const models = ["a", "b"].map((key) => toyLlama(key, { vocabulary: size, layers: 1 }));
    const vocabularies = { a: toyVocabulary(size), b: counted(toyVocabulary(size, { 199999: "<end>" })) };
    expect(codes(reportWith(LINEAR, models, vocabularies))).toEqual(["plan/some-other-tokens"]);
    expect(reads).toBeGreaterThanOrEqual(size);
    reads = 0;
    expect(codes(reportWith(LINEAR.replace("0.5", "0.7"), models, vocabularies))).toEqual(["plan/some-other-tokens"]);
    expect(reads).toBeLessThan(10);
  });
});

describe("a base with more tokens than the others", () => {
  const large = toyLlama("b", { vocabulary: 18, config: { eos_token_id: 17 } });
  const more = toyVocabulary(18, { 16: "<|im_start|>", 17: "<|im_end|>" }, { template: "{{ '<|im_start|>' }}" });
  const onB = SLERP.replace("base_model: a", "base_model: b");

  it("must not lose their rows: they are named, the end of text among them, with a way out", () => {
    const report = reportWith(onB, [a, large], { a: same, b: more });
    const problem = problemIn("plan/tokens-without-rows", report);
    expect(problem).toMatchObject({
      severity: "error",
      span: { line: 2, column: 13 },
      facts: {
        model: "b",
        other: "a",
        rows: 16,
        found: 18,
        count: 2,
        ids: "16, 17",
        among: "eos, chat template",
        base: "a",
      },
    });
    expect(problem?.message).toMatch(/^Tokens 16, 17 \(eos, chat template among them\) have no row/);
    const { from = 0, to = 0, insert = "" } = problem?.fix ?? {};
    const mended = onB.slice(0, from) + insert + onB.slice(to);
    expect(mended).toBe(SLERP);
    expect(reportWith(mended, [a, large], { a: same, b: more }).plan?.config.vocab_size).toBe(16);
  });

  it("must not lose them where it is only the first of the models", () => {
    const text = LINEAR.replace("model: a", "model: x").replace("model: b", "model: a").replace("model: x", "model: b");
    const problem = problemIn("plan/tokens-without-rows", reportWith(text, [a, large], { a: same, b: more }));
    expect(problem?.fix).toMatchObject({ from: 0, to: 0, insert: "base_model: a\n" });
    expect(codes(reportWith(`base_model: a\n${text}`, [a, large], { a: same, b: more }))).not.toContain(
      "plan/tokens-without-rows",
    );
  });

  it("must not lose the end of text that its settings name, also where its tokenizer is not known", () => {
    const report = reportWith(onB, [a, large], {});
    expect(problemIn("plan/tokens-without-rows", report)?.facts).toMatchObject({ ids: "17", among: "eos" });
    const generation = { ...same, roles: [{ role: "pad" as const, id: 16 }] };
    const silent = toyLlama("b", { vocabulary: 18 });
    expect(
      problemIn("plan/tokens-without-rows", reportWith(onB, [a, silent], { a: same, b: generation }))?.facts,
    ).toMatchObject({ ids: "16", among: "pad" });
  });

  it("may lose rows that no token has, and those of others may go", () => {
    const padded = toyLlama("b", { vocabulary: 18 });
    expect(codes(reportWith(onB, [a, padded], { a: same, b: same }))).toEqual(["plan/cropped", "plan/vocabulary-size"]);
    expect(codes(reportWith(SLERP, [a, large], { a: same, b: more }))).toEqual(["plan/cropped"]);
  });

  it("whose tokenizer has tokens without rows of its own is not at fault", () => {
    expect(codes(reportWith(LINEAR, [a, b], { a: toyVocabulary(20), b: toyVocabulary(20) }))).toEqual([]);
  });
});
