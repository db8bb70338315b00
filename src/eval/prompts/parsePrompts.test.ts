import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatOf, MAX_PROBLEMS, MAX_PROMPTS, MAX_SOURCE_CHARACTERS, parsePrompts } from "./parsePrompts";
import { MAX_PROMPT_CHARACTERS } from "./readRecord";

const texts = (source: string) => parsePrompts(source).prompts.map(({ text }) => text);
const range = (count: number) => Array.from({ length: count }, (_, at) => at);
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
    [
      '{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, {"role": "assistant", "content": [{"text": "c"}]}]}',
      { text: "a\nb", answer: "c" },
    ],
    [
      '{"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}',
      { text: "s\n\na", answer: "b" },
    ],
    ['{"prompt": [{"role": "user", "content": "a"}]}', { text: "a" }],
    ['{"instruction": "a", "input": "b", "output": "c"}', { text: "a\n\nb", answer: "c" }],
    ['{"instruction": "a", "input": "", "output": "c"}', { text: "a", answer: "c" }],
    ['{"instruction": "a", "context": "b", "response": "c"}', { text: "a\n\nb", answer: "c" }],
    ['"a"', { text: "a" }],
    ['{"text": "a", "score": NaN, "least": -Infinity}', { text: "a" }],
    ['{"text": "NaN a\u2028b \\" NaN", "score": NaN}', { text: 'NaN a\u2028b " NaN' }],
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
    ['{"text": null}', "prompts/null"],
    ['{"question": ""}', "prompts/empty"],
    ['{"messages": [{"role": "user", "content": null}]}', "prompts/null"],
    [
      '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "tool_calls": [{}]}]}',
      "prompts/tool-call",
    ],
    [
      '{"conversations": [{"from": "human", "value": "a"}, {"from": "function_call", "value": "{}"}]}',
      "prompts/tool-call",
    ],
    ['{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}', "prompts/part"],
    ['{"instruction": "a", "output": 3}', "prompts/wrong-field"],
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

describe("one JSON value", () => {
  const two = [{ text: "a" }, { text: "b", answer: "c" }];

  it.each([
    ["a list", '[\n {\n  "text": "a"\n },\n {"text": "b", "answer": "c"}\n]'],
    ["a list on one line", '[{"text": "a"}, {"prompt": "b", "answer": "c"}]'],
    ["a list behind a byte order mark", '\uFEFF[{"text": "a"},\r\n{"text": "b", "answer": "c", "score": NaN}]\r\n'],
    ["a list in an object", '{"version": 1, "data": [{"text": "a"}, {"text": "b", "answer": "c"}]}'],
    ["a list in an object of many lines", '{\n "prompts": [\n {"text": "a"},\n {"text": "b", "answer": "c"}]\n}'],
    ["rows of a viewer", '{"rows": [{"row_idx": 0, "row": {"text": "a"}}, {"row": {"text": "b", "answer": "c"}}]}'],
  ])("is read as records: %s", (_, source) => {
    for (const said of [undefined, "text", "jsonl"] as const) {
      expect(parsePrompts(source, said)).toMatchObject({ prompts: two, problems: [] });
    }
  });

  it("may be a list of texts, or one record", () => {
    expect(texts('["a", "b"]')).toEqual(["a", "b"]);
    expect(texts('{\n  "messages": [\n    {"role": "user", "content": "a"}\n  ]\n}')).toEqual(["a"]);
  });

  it("says in which line what is wrong", () => {
    expect(codes('[\n{"text": "a"},\n{"body": "b"},\n\n[3],\n{"text": ""}]')).toEqual([
      "3 prompts/no-text",
      "5 prompts/not-json",
      "6 prompts/empty",
    ]);
    expect(codes('{"data": [\n{"text": "a"},\n{"text": null}]}')).toEqual(["3 prompts/null"]);
    expect(codes('[{"text": "a"},\n {"text" "b"}\n]')).toEqual(["2 prompts/broken-json"]);
    expect(codes('[{"text": "a"},\n {"text": "b"}')).toEqual(["2 prompts/broken-json"]);
    expect(codes('{\n "text": "a"\n}\n{\n "text": "b"\n}')).toEqual(["4 prompts/broken-json"]);
  });

  it("is told from a text that begins with a bracket", () => {
    expect(texts("[INST] a [/INST]\n[1] b")).toEqual(["[INST] a [/INST]", "[1] b"]);
    expect(parsePrompts("{{user}}: a\nb", "text")).toMatchObject({ format: "text", prompts: [{}, {}] });
  });
});

describe("a fault that many lines have", () => {
  it("is said once, with how many and the first of them", () => {
    const source = ['{"text": "a"}', ...range(8).map((n) => `{"body": ${n}, "x${n}": 1}`), '{"text": ""}'].join("\n");
    expect(parsePrompts(source).problems).toMatchObject([
      { line: 2, code: "prompts/no-text", also: { count: 8, lines: [2, 3, 4, 5, 6] } },
      { line: 10, code: "prompts/empty" },
    ]);
    expect(codes("text,answer\na,b\nc,d,e\nf\n")).toEqual(["3 prompts/columns"]);
  });
});

describe("tables", () => {
  it.each([
    ["semicolons", 'text;answer\n"hello; world";4\ngood, morning;5'],
    ["semicolons, said", 'sep=;\r\ntext;answer\r\n"hello; world";4\r\ngood, morning;5'],
    ["tabs", "text\tanswer\nhello; world\t4\ngood, morning\t5"],
    ["commas", 'text,answer\nhello; world,4\n"good, morning",5'],
  ])("may be separated by %s", (_, source) => {
    const prompts = [
      { text: "hello; world", answer: "4" },
      { text: "good, morning", answer: "5" },
    ];
    expect(parsePrompts(source)).toMatchObject({ format: "csv", prompts, problems: [] });
    expect(parsePrompts(source, "csv")).toMatchObject({ prompts, problems: [] });
  });

  it("count lines from the first, also where it names the separator", () => {
    expect(codes("sep=;\ntext;answer\na;b;c")).toEqual(["3 prompts/columns"]);
  });

  it("follow RFC 4180", () => {
    const source = '\uFEFFid,Question,Answer\r\n1,"a, ""b""\r\nc",d\r\n2,e,\r\n';
    expect(parsePrompts(source)).toMatchObject({
      format: "csv",
      prompts: [{ text: 'a, "b"\r\nc', answer: "d" }, { text: "e" }],
      problems: [],
      fields: ["id", "Question", "Answer"],
    });
  });

  it("may have one column, in quotes, which are texts of JSON as well", () => {
    expect(parsePrompts('"text"\n"a, b"\n"c ""d"""')).toMatchObject({
      format: "csv",
      prompts: [{ text: "a, b" }, { text: 'c "d"' }],
      problems: [],
    });
    expect(parsePrompts('"a text"\n"b"')).toMatchObject({
      format: "jsonl",
      prompts: [{ text: "a text" }, { text: "b" }],
    });
  });

  it("hold choices as JSON, with bars, or in columns", () => {
    const asked = { text: "q", choices: ["x", "y"], gold: 1 };
    expect(parsePrompts('question,choices,gold\nq,"[""x"",""y""]",1').prompts).toEqual([asked]);
    expect(parsePrompts("question,choices,answer\nq,x | y,B").prompts).toEqual([asked]);
    expect(parsePrompts("question,choice_a,choice_b,answerKey\nq,x,y,b").prompts).toEqual([asked]);
  });

  it("and records may nest deeper than calls can go", () => {
    const deep = "[".repeat(50_000) + "]".repeat(50_000);
    expect(codes(`[${deep}]`)).toEqual(["1 prompts/not-json"]);
    expect(codes(`[{"text": ${deep}}]`)).toEqual(["1 prompts/wrong-field"]);
  });

  it("and records may hold what has its own idea of its text", () => {
    const odd = '{"toString":1}';
    expect(codes(`{"question":"q","choices":["x","y"],"gold":${odd}}`)).toEqual(["1 prompts/no-gold"]);
    expect(codes(`{"question":"q","choices":{"text":["x","y"],"label":[${odd}]},"gold":9}`)).toEqual([
      "1 prompts/no-gold",
    ]);
  });

  it("say which row is wrong", () => {
    expect(codes('text,answer\na,b\nc\n"d\n\ne",f\ng,h,i\n,j\n"k,l')).toEqual([
      "3 prompts/columns",
      "8 prompts/empty",
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
  expect(formatOf("Question; is it one\nNo.")).toBe("text");
  expect(formatOf("text;answer\na;b")).toBe("csv");
  expect(formatOf("question\tanswer\na\tb", "text")).toBe("csv");
  expect(formatOf("Text\nand more", "text")).toBe("text");
  expect(formatOf('[{"text": "a"}]', "text")).toBe("json");
  expect(formatOf('{\n"data": []}')).toBe("json");
});

describe("limits", () => {
  it("are said where they are met", () => {
    const many = "a\n".repeat(MAX_PROMPTS + 2);
    expect(parsePrompts(many).prompts.length).toBe(MAX_PROMPTS);
    expect(codes(many)).toEqual([`${MAX_PROMPTS + 1} prompts/too-many`]);
    expect(codes("a".repeat(MAX_PROMPT_CHARACTERS + 1))).toEqual(["1 prompts/too-long"]);
    expect(codes("a".repeat(MAX_SOURCE_CHARACTERS + 1))).toEqual(["1 prompts/too-large"]);
  });

  it("hold for the names of fields that are quoted", () => {
    const [problem] = parsePrompts(JSON.stringify({ ["x".repeat(50_000)]: 1 })).problems;
    expect(problem).toMatchObject({ code: "prompts/no-text" });
    expect(problem?.message.length).toBeLessThan(500);
  });

  it("keep the list of problems short", () => {
    const others = Array.from({ length: MAX_PROBLEMS + 5 }, (_, at) =>
      JSON.stringify({ question: "q", choices: range(2 + at) }),
    );
    const { problems } = parsePrompts([...others, '{"messages": 1}'].join("\n"));
    expect(problems.length).toBe(MAX_PROBLEMS + 1);
    expect(problems.at(-1)).toMatchObject({ line: MAX_PROBLEMS + 1, code: "prompts/more", facts: { count: 6 } });
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
