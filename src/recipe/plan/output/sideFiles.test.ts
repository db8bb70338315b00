import { describe, expect, it } from "vitest";
import { toyCheckpoint, toyLlama } from "../../../model/checkpoint.testing";
import { LINEAR, planOf, problem, report } from "../plan.testing";

/** Plans a merge whose donor has these files. */
function withFiles(...files: readonly string[]) {
  const { config, tensors } = toyLlama("a");
  const shapes = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
  return [toyCheckpoint("a", config, shapes, { files }), toyLlama("b")];
}

const copied = (...files: readonly string[]) =>
  planOf(LINEAR, withFiles(...files)).sideFiles.flatMap((file) => (file.kind === "copy" ? [file.path] : []));

describe("the tokenizer of my model is called otherwise, and", () => {
  it.each([
    "tekken.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "spm.model",
    "tokenizer.model.v3",
    "tokenizer.model.v7m1",
    "vocab.txt",
    "vocab.bpe",
    "encoder.json",
    "bpe.codes",
    "qwen.tiktoken",
    "o200k_base.tiktoken",
    "tiktoken.model",
    "source.spm",
  ])("%s is carried, and no warning says there is none", (file) => {
    expect(copied(file, "tokenizer_config.json")).toContain(file);
    expect(problem("plan/no-tokenizer", LINEAR, withFiles(file))).toBeUndefined();
  });

  it.each([
    "special_tokens_map.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "tool_use.jinja",
    "chat_templates/rag.jinja",
    "additional_chat_templates/tool_use.jinja",
    "tokenizer_2.json",
  ])("%s is carried, and holds no vocabulary", (file) => {
    expect(copied(file)).toEqual([file]);
    expect(problem("plan/no-tokenizer", LINEAR, withFiles(file))).toBeDefined();
  });

  it("nothing else is", () => {
    const others = [
      "model.onnx",
      "training_args.bin",
      "old/tokenizer.json",
      "tokenization_x.py",
      "README.md",
      "weights.model",
    ];
    expect(copied(...others)).toEqual([]);
  });
});

it("names the code that a tokenizer needs and does not copy it", () => {
  const models = withFiles("tokenization_qwen.py", "modeling_x.py", "qwen.tiktoken");
  const found = report(LINEAR, models).problems.find(({ code }) => code === "plan/remote-code");
  expect(found).toMatchObject({
    severity: "warning",
    facts: { model: "a", files: "tokenization_qwen.py, modeling_x.py" },
  });
  expect(problem("plan/remote-code", LINEAR, withFiles("tokenizer.json", "convert.py"))).toBeUndefined();
});
