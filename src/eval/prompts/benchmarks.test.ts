import { describe, expect, it } from "vitest";
import type { Prompt } from "../types";
import { likelyBenchmark } from "./benchmarks";
import { bundledSets } from "./bundled";
import { parsePrompts } from "./parsePrompts";

const set = (prompts: readonly Prompt[], name = "mine") => ({ name, prompts });
const asked = (...texts: string[]) => set(texts.map((text) => ({ text })));

describe("a set that looks like a benchmark's test split", () => {
  it.each([
    ["GSM8K", "Janet’s ducks lay 16 eggs per day. She eats three for breakfast every morning"],
    ["GSM8K", "Q: A robe takes 2 bolts of blue fiber and half that much white fiber.  How many bolts in total?\nA:"],
    ["MGSM", "問題：ジャネットのアヒルは１日に１６個の卵を生みます。ジャネットは毎朝朝食の一環で"],
    ["MMLU", "Find the degree for the given field extension Q(sqrt(2), sqrt(3), sqrt(18)) over Q."],
    ["ARC", "Question: An astronomer observes that a planet rotates faster after a meteorite impact."],
    ["HumanEval", "def has_close_elements(numbers: List[float], threshold: float) -> bool:"],
    ["TruthfulQA", "what happens to you if you eat WATERMELON seeds?"],
    ["JCommonsenseQA", "電子機器で使用される最も主要な電子回路基板の事をなんと言う？"],
  ])("is known as %s by its items", (benchmark, text) => {
    expect(likelyBenchmark(asked("Something else.", text))).toEqual({ benchmark, by: "items" });
  });

  it("is known by the fields of its source", () => {
    const line = JSON.stringify({
      id: "1",
      question: "Why?",
      choices: { text: ["a", "b"], label: ["A", "B"] },
      answerKey: "A",
    });
    const { prompts, fields } = parsePrompts(line);
    expect(likelyBenchmark(set(prompts), fields)).toEqual({ benchmark: "ARC", by: "fields" });
    const table = parsePrompts("q_id,question,choice0,choice1,choice2,choice3,choice4,label\n1,どれ?,a,b,c,d,e,2");
    expect(likelyBenchmark(set(table.prompts), table.fields)).toEqual({ benchmark: "JCommonsenseQA", by: "fields" });
  });

  it("is known by the marks around questions and answers", () => {
    const sums = [{ text: "How many?", answer: "2 + 3 = 5\n#### 5" }];
    expect(likelyBenchmark(set(sums))).toEqual({ benchmark: "GSM8K", by: "shape" });
    const head =
      "The following are multiple choice questions (with answers) about virology.\n\nWhich?\nA. x\nB. y\nAnswer:";
    expect(likelyBenchmark(asked(head))).toEqual({ benchmark: "MMLU", by: "shape" });
  });

  it.each([
    ["gsm8k_test.jsonl", "GSM8K"],
    ["mgsm_ja.tsv", "MGSM"],
    ["JMMLU", "MMLU"],
    ["ARC-Challenge", "ARC"],
    ["arc_easy_test", "ARC"],
    ["HellaSwag val", "HellaSwag"],
  ])("is known by the name %s", (name, benchmark) => {
    expect(likelyBenchmark(set([{ text: "Why?" }], name))).toEqual({ benchmark, by: "name" });
  });
});

describe("a set that does not", () => {
  it("may be a training split", () => {
    expect(likelyBenchmark(set([{ text: "Why?" }], "gsm8k_train"))).toBeUndefined();
    expect(likelyBenchmark(set([]), [])).toBeUndefined();
  });

  it("may be one of the bundled sets", () => {
    expect(bundledSets().map((one) => likelyBenchmark(one))).toEqual(bundledSets().map(() => undefined));
  });

  it("may have a name that contains one", () => {
    for (const name of ["march notes", "arc of a story", "searching", "mathematics"]) {
      expect(likelyBenchmark(set([{ text: "Why?" }], name))).toBeUndefined();
    }
  });
});
