import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatOf, MAX_PROBLEMS, MAX_PROMPTS, MAX_SOURCE_CHARACTERS, parsePrompts } from "./parsePrompts";
import { MAX_PROMPT_CHARACTERS } from "./readRecord";

const texts = (source: string) => parsePrompts(source).prompts.map(({ text }) => text);
const codes = (source: string) => parsePrompts(source).problems.map(({ line, code }) => `${line} ${code}`);

describe("plain text", () => {
  it("is one prompt a line", () => {
    expect(texts("one\r\n  two \n\n")).toEqual(["one", "two"]);
    expect(texts("\n\n一つ目\n二つ目")).toEqual(["一つ目", "二つ目"]);
  });

  it("is one prompt a paragraph where a blank line stands between two texts", () => {
    expect(texts("one\r\ntwo\r\n \r\n\r\nthree")).toEqual(["one\ntwo", "three"]);
  });

  it("may be empty", () => {
    expect(parsePrompts(" \n\uFEFF")).toMatchObject({ format: "text", prompts: [], problems: [] });
  });
});

describe("JSON lines", () => {
  it.each([
    ['{"text": "a"}', { text: "a" }],
    ['{"prompt": "a", "answer": "b"}', { text: "a", answer: "b" }],
    ['{"question": "a", "answer": 42}', { text: "a", answer: "42" }],
    ['{"質問": "どこ?", "答え": "ここ"}', { text: "どこ?", answer: "ここ" }],
    ['{"question": "a", "choices": ["x", "y"], "answer": "y"}', { text: "a", choices: ["x", "y"], gold: 1 }],
    ['{"question": "a", "choices": ["x", "y"], "answer": "B"}', { text: "a", choices: ["x", "y"], gold: 1 }],
    ['{"question": "a", "choices": ["x", "y"], "gold": 0}', { text: "a", choices: ["x", "y"], gold: 0 }],
    ['{"question": "a", "choices": ["2", "1"], "answer": "1"}', { text: "a", choices: ["2", "1"], gold: 1 }],
    [
      '{"question": "a", "choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "2"}',
      { text: "a", choices: ["x", "y"], gold: 1 },
    ],
    ['{"question": "a", "choice0": "x", "choice1": "y", "label": 1}', { text: "a", choices: ["x", "y"], gold: 1 }],
    ['{"messages": [{"role": "user", "content": "a"}]}', { text: "a" }],
    [
      '{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}',
      { text: "s\n\na", answer: "b" },
    ],
  ])("%s", (line, prompt) => {
    expect(parsePrompts(`\n${line}\n`)).toMatchObject({ format: "jsonl", prompts: [prompt], problems: [] });
  });

  it.each([
    ["{", "prompts/not-json"],
    ["3", "prompts/not-json"],
    ['{"body": "a"}', "prompts/no-text"],
    ['{"text": 3}', "prompts/wrong-field"],
    ['{"text": " "}', "prompts/empty"],
    ['{"prompt": "a", "answer": ["b"]}', "prompts/wrong-field"],
    ['{"question": "a", "choices": ["x", 3, null], "gold": 0}', "prompts/wrong-field"],
    ['{"question": "a", "choices": ["x"], "gold": 0}', "prompts/few-choices"],
    ['{"question": "a", "choices": ["x", "y"]}', "prompts/no-gold"],
    ['{"question": "a", "choices": ["x", "y"], "gold": 2}', "prompts/no-gold"],
    ['{"question": "a", "choices": ["x", "y"], "answer": "z"}', "prompts/no-gold"],
    ['{"messages": "a"}', "prompts/wrong-field"],
    ['{"messages": [{"role": "user"}]}', "prompts/wrong-field"],
    ['{"messages": []}', "prompts/empty"],
  ])("%s is a problem of its line, and no other's", (line, code) => {
    const source = `{"text": "before"}\n\n${line}\n{"text": "after"}`;
    expect(codes(source)).toEqual([`3 ${code}`]);
    expect(texts(source)).toEqual(["before", "after"]);
  });

  it("say what was found and what was expected", () => {
    const [problem] = parsePrompts('{"body": "a", "id": 1}').problems;
    expect(problem?.facts).toEqual({ found: "body, id", expected: expect.stringContaining("text, prompt, question") });
    expect(problem?.message).toContain("body, id");
  });
});

describe("tables", () => {
  it("follow RFC 4180", () => {
    const source = '\uFEFFid,Question,Answer\r\n1,"a, ""b""\r\nc",d\r\n2,e,\r\n';
    expect(parsePrompts(source)).toMatchObject({
      format: "csv",
      prompts: [{ text: 'a, "b"\r\nc', answer: "d" }, { text: "e" }],
      problems: [],
      fields: ["id", "Question", "Answer"],
    });
  });

  it("hold choices as JSON, with bars, or in columns", () => {
    const asked = { text: "q", choices: ["x", "y"], gold: 1 };
    expect(parsePrompts('question,choices,gold\nq,"[""x"",""y""]",1').prompts).toEqual([asked]);
    expect(parsePrompts("question,choices,answer\nq,x | y,B").prompts).toEqual([asked]);
    expect(parsePrompts("question,choice_a,choice_b,answerKey\nq,x,y,b").prompts).toEqual([asked]);
  });

  it("say which row is wrong", () => {
    expect(codes('text,answer\na,b\nc\n"d\n\ne",f\ng,h,i\n,j\n"k,l')).toEqual([
      "3 prompts/columns",
      "7 prompts/columns",
      "8 prompts/no-text",
      "9 prompts/open-quote",
    ]);
    expect(parsePrompts("id,name\n1,a", "csv").problems).toMatchObject([{ line: 1, code: "prompts/no-text" }]);
  });
});

it("tells the formats apart", () => {
  expect(formatOf('\n {"text": "a"}')).toBe("jsonl");
  expect(formatOf("Prompt, answer\na,b")).toBe("csv");
  expect(formatOf("text\na\nb")).toBe("csv");
  expect(formatOf("A question, and an answer\na,b")).toBe("text");
});

describe("limits", () => {
  it("are said where they are met", () => {
    const many = "a\n".repeat(MAX_PROMPTS + 2);
    expect(parsePrompts(many).prompts.length).toBe(MAX_PROMPTS);
    expect(codes(many)).toEqual([`${MAX_PROMPTS + 1} prompts/too-many`]);
    expect(codes("a".repeat(MAX_PROMPT_CHARACTERS + 1))).toEqual(["1 prompts/too-long"]);
    expect(codes("a".repeat(MAX_SOURCE_CHARACTERS + 1))).toEqual(["1 prompts/too-large"]);
  });

  it("keep the list of problems short", () => {
    const { problems } = parsePrompts("{\n".repeat(MAX_PROBLEMS + 5));
    expect(problems.length).toBe(MAX_PROBLEMS + 1);
    expect(problems.at(-1)).toMatchObject({ line: MAX_PROBLEMS + 1, code: "prompts/more", facts: { count: 5 } });
  });
});

describe("any text", () => {
  const format = fc.constantFrom("text", "jsonl", "csv", undefined);
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.constantFrom('"', ",", "\n", "\r", "\r\n", "{", "}", '{"text":', "text,answer\n", '""', "|", " "),
  );

  it("gives prompts and problems, and never throws", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), format, (pieces, as) => {
        const source = pieces.join("");
        const { prompts, problems } = as === undefined ? parsePrompts(source) : parsePrompts(source, as);
        const lines = source.split(/\r\n|\r|\n/).length;
        for (const { text, choices, gold } of prompts) {
          expect(text.trim()).not.toBe("");
          if (choices) expect(choices[gold ?? -1]).toBeDefined();
        }
        let before = 0;
        for (const { line } of problems) {
          expect(line).toBeGreaterThanOrEqual(Math.max(1, before));
          expect(line).toBeLessThanOrEqual(lines);
          before = line;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("comes back from a table that was written for it", () => {
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const filled = fc.string({ unit: "grapheme" }).filter((text) => text.trim() !== "");
    fc.assert(
      fc.property(fc.array(fc.record({ text: filled, answer: filled }), { minLength: 1, maxLength: 20 }), (rows) => {
        const source = ["text,answer", ...rows.map(({ text, answer }) => `${cell(text)},${cell(answer)}`)].join("\r\n");
        expect(parsePrompts(source, "csv").prompts).toEqual(rows);
      }),
    );
  });

  it.each(['"', ",", '""', '",', "\n", " \n", "\r", "{", "|", "a,", '"a"b'])("does not hang on many of %j", (part) => {
    const source = part.repeat(300_000);
    expect(parsePrompts(source, "csv").problems.length).toBeLessThanOrEqual(MAX_PROBLEMS + 1);
    expect(parsePrompts(source).problems.length).toBeLessThanOrEqual(MAX_PROBLEMS + 1);
  });
});
