import { describe, expect, it } from "vitest";
import { toyLlama } from "../../../model/checkpoint.testing";
import { FILL, MEAN, placesOf, type RowMap, ZERO } from "../../../model/sources/rowMap";
import { type AddedToken, addedToken, type Vocabulary } from "../../../tokens/vocabulary";
import type { MergePlan } from "../plan";
import { a, b, base, LINEAR, plannedWith, problemIn, reportWith, SLERP, stack, toyVocabulary } from "../plan.testing";

const EMBEDDING = "model.embed_tokens.weight";
const same = toyVocabulary(16);
const shifted = { ...same, tokens: same.tokens.map((_, id) => `t${(id + 1) % 16}`) };
const few = toyVocabulary(16, { 3: "<|im_start|>" });
const codes = ({ problems }: ReturnType<typeof reportWith>) => problems.map(({ code }) => code);

/** Of an input's rows, where they come from: `a:3`, `zero`, `fill`, `mean(a:1 b:2)`; of an input that is as it is, `plain`. */
function rowsOf(plan: MergePlan, model: string, tensor = EMBEDDING): readonly string[] | "plain" {
  const input = plan.tensors.find(({ name }) => name === tensor)?.inputs.find((each) => each.model === model);
  if (input?.rows === undefined) return "plain";
  const map = plan.rowMaps[input.rows];
  return map ? Array.from(map.part, (kind, at) => written(map, kind, at)) : [];
}

function written(map: RowMap, kind: number, at: number): string {
  const places = [...placesOf(map, at)].map(({ part, row }) => `${map.parts[part]?.model}:${row}`).join(" ");
  return kind === ZERO ? "zero" : kind === FILL ? "fill" : kind === MEAN ? `mean(${places})` : places;
}

/** A vocabulary some of whose tokens are added ones. */
function withAdded(vocabulary: Vocabulary, ...contents: readonly string[]): Vocabulary {
  const entry = (content: string): [string, AddedToken] => [
    content,
    addedToken({ special: content.startsWith("<s") }, content, vocabulary.tokens.indexOf(content)),
  ];
  return { ...vocabulary, added: new Map(contents.map(entry)) };
}

const ids = (count: number, from = 0) => Array.from({ length: count }, (_, k) => from + k);

describe("a tokenizer that is asked for", () => {
  const all = { a: same, b: same, base: same };

  it.each([
    "tokenizer_source: base",
    "tokenizer_source: union",
    "tokenizer_source: a",
    "tokenizer: {}",
    "tokenizer: {source: base}",
    "tokenizer: {source: union, tokens: {}, pad_to_multiple_of: 8}",
    "chat_template: auto",
  ])("changes nothing where all models have it: %s", (line) => {
    const report = reportWith(LINEAR + line, [a, b], all);
    expect(report.problems).toEqual([]);
    expect(report.plan?.tensors).toEqual(reportWith(LINEAR, [a, b], all).plan?.tensors);
    expect(report.plan?.sideFiles.slice(0, -1)).toEqual(reportWith(LINEAR, [a, b], all).plan?.sideFiles.slice(0, -1));
  });

  it("of another of the models is copied from it where the rows are the same", () => {
    const { plan, problems } = reportWith(`${LINEAR}tokenizer_source: b`, [a, b], all);
    expect(problems).toEqual([]);
    expect(plan?.sideFiles.flatMap((file) => (file.kind === "copy" ? [`${file.path} of ${file.model}`] : []))).toEqual([
      "generation_config.json of a",
      "tokenizer_config.json of b",
      "tokenizer.json of b",
    ]);
  });

  it("of one model alone needs no tokenizer that can be read", () => {
    const text = "merge_method: passthrough\nmodels: [{model: a}]\ntokenizer_source: base\n";
    expect(codes(reportWith(text, [a], {}))).toEqual([]);
  });

  it.each([
    ["tokenizer_source: base", {}, { reason: "unread", model: "a", what: "tokenizer_source" }],
    ["tokenizer: {source: b}", { a: same }, { reason: "unread", model: "b", what: "tokenizer" }],
    [
      "tokenizer: {}",
      { a: { tokens: same.tokens, roles: [] }, b: few },
      { reason: "no-definition", model: "a", count: 1 },
    ],
  ])("is refused where it cannot be made: %s", (line, vocabularies, facts) => {
    const report = reportWith(LINEAR + line, [a, b], vocabularies);
    expect(report.plan).toBeUndefined();
    expect(problemIn("plan/tokenizer", report)).toMatchObject({
      severity: "error",
      span: { line: 7, column: 1 },
      facts,
    });
  });

  it("is taken to be the base's where a model has none that can be read, with a warning", () => {
    const report = reportWith(`${LINEAR}tokenizer_source: base`, [a, b], { a: same });
    expect(report.problems).toMatchObject([
      { code: "plan/unknown-vocabulary", severity: "warning", facts: { model: "b" } },
    ]);
    expect(rowsOf(plannedWith(`${LINEAR}tokenizer: {}`, [a, b], { a: same }), "b")).toBe("plain");
  });

  it("of a model that gives no weights must be at hand, and gives the tokens and the files", () => {
    const text = `${LINEAR}tokenizer_source: base`.replace("source: base", "source: other");
    expect(problemIn("plan/model-missing", reportWith(text, [a, b], all))?.facts).toMatchObject({ model: "other" });
    const plan = plannedWith(text, [a, b, toyLlama("other")], { a: same, b: same, other: shifted });
    expect(rowsOf(plan, "a")).toEqual([...ids(15, 1), 0].map((row) => `a:${row}`));
    expect(plan.models.map(({ key }) => key)).toEqual(["a", "b"]);
    expect(plan.sideFiles).toContainEqual(expect.objectContaining({ path: "tokenizer.json", model: "other" }));
  });

  it("is read also where it is written as before 2024, `model:org/x`, with a warning and the word to change", () => {
    const report = reportWith(`${LINEAR}tokenizer_source: model:b`, [a, b], { a: same, b: shifted });
    expect(report.problems).toMatchObject([
      { code: "recipe/old-tokenizer-source", severity: "warning", facts: { model: "b" }, fix: { insert: "b" } },
    ]);
    expect(report.plan?.sideFiles).toContainEqual(expect.objectContaining({ path: "tokenizer.json", model: "b" }));
  });
});

it("of all models is offered by one click where two of them have unlike vocabularies", () => {
  const report = reportWith(LINEAR, [a, b], { a: same, b: shifted });
  const problem = problemIn("plan/other-vocabulary", report);
  expect(problem?.fix).toMatchObject({ code: "fix/union", insert: "tokenizer:\n  source: union\n" });
  const mended = reportWith(LINEAR + problem?.fix?.insert, [a, b], { a: same, b: shifted });
  expect(mended.plan && rowsOf(mended.plan, "b")[0]).toBe("b:15");
});

describe("rows for tokens", () => {
  it("move to where the base has them", () => {
    const plan = plannedWith(`${LINEAR}tokenizer_source: base`, [a, b], { a: same, b: shifted });
    expect(rowsOf(plan, "a")).toBe("plain");
    expect(rowsOf(plan, "b")).toEqual([15, ...ids(15)].map((row) => `b:${row}`));
    expect(rowsOf(plan, "b", "lm_head.weight")).toEqual(rowsOf(plan, "b"));
  });

  it("that one model alone has are its own in every input, so that any averaging keeps them", () => {
    const plan = plannedWith(`${LINEAR}tokenizer: {}`, [a, b], { a: same, b: few });
    expect(plan.config.vocab_size).toBe(17);
    expect(rowsOf(plan, "a")).toEqual([...ids(16).map((row) => `a:${row}`), "b:3"]);
    expect(rowsOf(plan, "b")).toEqual([
      ...ids(3).map((row) => `b:${row}`),
      "a:3",
      ...ids(12, 4).map((row) => `b:${row}`),
      "b:3",
    ]);
    expect(plan.tensors.find(({ name }) => name === EMBEDDING)?.shape).toEqual([17, 8]);
  });

  it("that some have are the base's where it has them, else the mean of theirs", () => {
    const text = LINEAR.replace("models:", "base_model: base\nmodels:").replace(
      "weight: 0.5}\n  - model: b",
      "weight: 0.5}\n  - model: c\n    parameters: {weight: 0.1}\n  - model: b",
    );
    const models = [a, b, toyLlama("c"), base];
    const four = { ...toyVocabulary(16, { 0: "x", 1: "y" }) };
    const vocabularies = {
      base: toyVocabulary(16, { 0: "y", 1: "z" }),
      a: four,
      b: four,
      c: toyVocabulary(16, { 0: "q", 1: "r" }),
    };
    const plan = plannedWith(`${text}parameters: {weight: 0}\ntokenizer: {source: union}\n`, models, vocabularies);
    const [, tokenY] = [rowsOf(plan, "c")[1], rowsOf(plan, "c")[0]];
    expect(tokenY).toBe("base:0"); // y: the base has it
    expect(rowsOf(plan, "c")).toContain("mean(a:0 b:0)"); // x: a and b have it, the base does not
    expect(rowsOf(plan, "a")).not.toContain("mean(a:0 b:0)"); // it has its own
  });

  it("are found also beyond a config's vocabulary size as if they were not there (an id out of range)", () => {
    const small = toyLlama("b", { config: { vocab_size: 10 } });
    const plan = plannedWith(`${LINEAR}tokenizer_source: base`, [a, small], { a: same, b: same });
    expect(rowsOf(plan, "b")).toEqual([...ids(10).map((row) => `b:${row}`), ...ids(6, 10).map((row) => `a:${row}`)]);
    const cut = plannedWith(
      `${LINEAR}tokenizer_source: base`,
      [a, toyLlama("b", { vocabulary: 10, config: { vocab_size: 16 } })],
      { a: same, b: same },
    );
    expect(rowsOf(cut, "b")).toEqual(rowsOf(plan, "b"));
  });

  it("that no model has are zeros, with a warning (the tokenizer of a model outside)", () => {
    const report = reportWith(`${LINEAR}tokenizer_source: other`, [a, b, toyLlama("other")], {
      a: same,
      b: same,
      other: few,
    });
    expect(problemIn("plan/token-zero", report)).toMatchObject({
      severity: "warning",
      facts: { count: 1, token: '"<|im_start|>"' },
    });
    expect(report.plan && rowsOf(report.plan, "a")[3]).toBe("zero");
  });

  it("are as many as the highest id and one, where ids have gaps", () => {
    const gap: Vocabulary = {
      ...toyVocabulary(16),
      tokens: toyVocabulary(16).tokens.map((token, id) => (id === 5 ? undefined : token)),
    };
    const plan = plannedWith(`${LINEAR}tokenizer_source: base`, [a, b], { a: gap, b: shifted });
    expect(plan.config.vocab_size).toBe(16);
    expect(rowsOf(plan, "a")).toBe("plain");
    expect(rowsOf(plan, "b")[5]).toBe("a:5"); // nobody's token: what the base has there
  });

  it("of a base that is no source of the first or last slice stand in all the same", () => {
    const text = `${stack("{model: a, layer_range: [0, 2]}", "{model: b, layer_range: [2, 4]}")}base_model: base\ntokenizer: {source: base}\n`;
    const plan = plannedWith(text, [a, b, base], { a: few, b: few, base: same });
    expect(rowsOf(plan, "a")[3]).toBe("base:3");
    expect(rowsOf(plan, "b", "lm_head.weight")[3]).toBe("base:3");
    expect(plan.models.map(({ key }) => key)).toContain("base");
  });

  it("are padded to a multiple with the mean of the others", () => {
    const plan = plannedWith(`${LINEAR}tokenizer: {pad_to_multiple_of: 7}`, [a, b], { a: same, b: same });
    expect(rowsOf(plan, "b")).toEqual([...ids(16).map((row) => `b:${row}`), ...ids(5).map(() => "fill")]);
    expect(plan.config.vocab_size).toBe(21);
  });

  it("beyond the tokens are cut away as in mergekit, and can be kept by one click", () => {
    const known = { a: toyVocabulary(14), b: toyVocabulary(14) };
    for (const line of ["tokenizer_source: base", "tokenizer: {source: base}", "tokenizer:\n  source: base # ours"]) {
      const text = `${LINEAR}${line}\n`;
      const report = reportWith(text, [a, b], known);
      expect(report.plan?.config.vocab_size).toBe(14);
      const problem = problemIn("plan/padding-lost", report);
      expect(problem).toMatchObject({
        severity: "note",
        facts: { found: 16, tokens: 14, expected: 14 },
        fix: { facts: { rows: 16, step: 16 } },
      });
      const { from = 0, to = 0, insert = "" } = problem?.fix ?? {};
      const kept = reportWith(text.slice(0, from) + insert + text.slice(to), [a, b], known);
      expect(kept.problems).toEqual([]);
      expect(kept.plan?.config.vocab_size).toBe(16);
      expect(kept.plan?.tensors.find(({ name }) => name === EMBEDDING)?.shape[0]).toBe(16);
    }
  });

  it("of one type keep it, and of two become float32; the output's is the base's", () => {
    const half = toyLlama("b", { dtype: "BF16" });
    const plan = plannedWith(`${LINEAR}tokenizer: {}`, [toyLlama("a", { dtype: "BF16" }), half], { a: same, b: few });
    const dtypes = (of: MergePlan) =>
      of.tensors.find(({ name }) => name === EMBEDDING)?.inputs.map(({ dtype }) => dtype);
    expect(dtypes(plan)).toEqual(["BF16", "BF16"]);
    const mixed = plannedWith(`${LINEAR}tokenizer: {}`, [a, half], { a: same, b: few });
    expect(dtypes(mixed)).toEqual(["F32", "F32"]);
    expect(mixed.tensors.find(({ name }) => name === EMBEDDING)?.dtype).toBe("F32");
  });
});

describe("the tokens of a union", () => {
  const tokensOf = (plan: MergePlan) =>
    plan.sideFiles.flatMap((file) =>
      file.kind === "edited" && file.edit.kind === "definition"
        ? file.edit.added.map(({ id, content }) => `${id} ${content}`)
        : [],
    );

  it("come plain ones first, then added ones, by document order of the models and ascending id (our rule where mergekit's is chance)", () => {
    const text = `${LINEAR}  - {model: c, parameters: {weight: 1}}\ntokenizer: {source: union}\n`;
    const c = toyLlama("c");
    const of = (more: Readonly<Record<number, string>>, ...added: readonly string[]) =>
      withAdded(toyVocabulary(16, more), ...added);
    const known = {
      a: same,
      b: of({ 9: "later", 2: "early", 4: "<s>" }, "<s>"),
      c: of({ 1: "third", 0: "<p>" }, "<p>"),
    };
    expect(tokensOf(plannedWith(text, [a, b, c], known))).toEqual([
      "16 early",
      "17 later",
      "18 third",
      "19 <s>",
      "20 <p>",
    ]);
    const turned = text.replace("model: a", "model: x").replace("model: c", "model: a").replace("model: x", "model: c");
    expect(tokensOf(plannedWith(turned, [a, b, c], known))).toEqual([
      "16 t0",
      "17 t1",
      "18 early",
      "19 later",
      "20 <s>",
    ]);
  });

  it("begin with those of the first model in document order where there is no base (its config and files as well)", () => {
    const plan = plannedWith(`${LINEAR}tokenizer: {source: union}`, [a, b], { a: same, b: shifted });
    expect(rowsOf(plan, "a")).toBe("plain");
    expect(plan.sideFiles.find(({ path }) => path === "tokenizer.json")).toMatchObject({ kind: "copy", model: "a" });
    const other = plannedWith(`${LINEAR}base_model: b\ntokenizer: {source: union}`, [a, b], { a: same, b: shifted });
    expect(rowsOf(other, "b")).toBe("plain");
    expect(other.sideFiles.find(({ path }) => path === "tokenizer.json")).toMatchObject({ kind: "copy", model: "b" });
  });

  it("leave out those of the base that have no row, with a note; merges go too", () => {
    const text = `${LINEAR}tokenizer: {source: union}`;
    const more = withAdded(toyVocabulary(18, { 17: "<|end|>" }), "<|end|>");
    const report = reportWith(text, [toyLlama("a", { config: { vocab_size: 16 } }), b], { a: more, b: same });
    expect(problemIn("plan/tokens-stripped", report)).toMatchObject({
      severity: "note",
      facts: { model: "a", count: 2, limit: 16, token: '"t16"' },
    });
    expect(report.plan?.sideFiles.find(({ path }) => path === "tokenizer.json")).toMatchObject({
      kind: "edited",
      edit: { kind: "definition", limit: 16, added: [] },
    });
  });
});

describe("a token with a source of its own", () => {
  const known = { a: same, b: few };
  const withTokens = (tokens: string) => `${LINEAR}tokenizer: {source: union, tokens: ${tokens}}`;

  it("of `kind: zero` is zeros, where mergekit crashes", () => {
    const plan = plannedWith(
      withTokens('{"<new>": {source: {kind: zero}}, t1: {source: {kind: zero}, force: true}}'),
      [a, b],
      known,
    );
    expect(rowsOf(plan, "a").slice(0, 3)).toEqual(["a:0", "zero", "a:2"]);
    expect(rowsOf(plan, "a")).toHaveLength(18);
    expect(rowsOf(plan, "b").slice(-2)).toEqual(["b:3", "zero"]);
  });

  it("of a model gives its row to those that lack it, and with `force` to all", () => {
    const lacking = plannedWith(withTokens('{"<|im_start|>": {source: b}}'), [a, b], known);
    expect([rowsOf(lacking, "a")[16], rowsOf(lacking, "b")[16]]).toEqual(["b:3", "b:3"]);
    const forced = plannedWith(
      withTokens("{t3: {source: a, force: true}, t5: {source: b, force: true}}"),
      [a, b],
      known,
    );
    expect([rowsOf(forced, "a")[5], rowsOf(forced, "b")[3]]).toEqual(["b:5", "a:3"]);
  });

  it("of another token, by text or by id taken as it is", () => {
    const entry = (which: string) => `{"<copy>": {source: {kind: model_token, model: b, ${which}}, force: true}}`;
    for (const which of ["token: t7", "token_id: 7"]) {
      const plan = plannedWith(withTokens(entry(which)), [a, b], known);
      expect([rowsOf(plan, "a").at(-1), rowsOf(plan, "b").at(-1)]).toEqual(["b:7", "b:7"]);
    }
  });

  it("without a source follows the rules of all others, and `force` is honoured, where mergekit fails", () => {
    const text = `${LINEAR}base_model: a\ntokenizer: {source: union, tokens: {t5: {force: true}, "<new>": {}}}`;
    const report = reportWith(text, [a, b], known);
    expect(report.plan && rowsOf(report.plan, "b")[5]).toBe("a:5");
    expect(problemIn("plan/token-zero", report)?.facts).toMatchObject({ token: '"<new>"' });
  });

  it("is an added token of the output in any case, also an ordinary one", () => {
    const plan = plannedWith(withTokens("{t5: {source: a}}"), [a, b], known);
    expect(plan.sideFiles.find(({ path }) => path === "tokenizer.json")).toMatchObject({
      edit: {
        added: [
          { id: 5, content: "t5", special: false, normalized: true },
          { id: 16, content: "<|im_start|>" },
        ],
      },
    });
  });

  it.each([
    ['{"<x>": {source: other/model}}', "plan/token-source", { reason: "outside", model: "other/model" }],
    ['{"<x>": {source: a}}', "plan/token-source", { reason: "no-token", model: "a", wanted: '"<x>"' }],
    ['{"<x>": {source: {kind: model_token, model: a, token: nowhere}}}', "plan/token-source", { reason: "no-token" }],
    [
      '{"<x>": {source: {kind: model_token, model: a, token_id: 99}}}',
      "plan/token-source",
      { reason: "no-row", limit: 16 },
    ],
    ['{"<x>": {source: {kind: model_token, model: a}}}', "recipe/token-source", { reason: "one-token" }],
    [
      '{"<x>": {source: {kind: model_token, model: a, token: t1, token_id: 1}}}',
      "recipe/token-source",
      { reason: "one-token" },
    ],
    ['{"<x>": {source: {kind: other}}}', "recipe/token-source", { reason: "kind" }],
    ['{"<x>": {source: {kind: model_token, token: t1}}}', "recipe/token-source", { reason: "no-model" }],
    ['{"<x>": {source: a, force: perhaps}}', "recipe/token-source", { reason: "force" }],
    ["{7: {source: a}}", "recipe/token-key", { found: "7" }],
    ['{"<x>": some/model}', "recipe/type", { expected: "mapping" }],
  ])("%s is refused before anything is merged", (tokens, code, facts) => {
    const report = reportWith(withTokens(tokens), [a, b], known);
    expect(report.plan).toBeUndefined();
    expect(problemIn(code, report)).toMatchObject({ severity: "error", facts });
  });
});

it("of unlike vocabularies without a tokenizer the config's size is set to the rows that remain", () => {
  const plan = plannedWith(SLERP, [toyLlama("a", { vocabulary: 18, config: { vocab_size: 18 } }), b], {
    a: toyVocabulary(16),
    b: same,
  });
  expect(plan.config.vocab_size).toBe(16);
});
