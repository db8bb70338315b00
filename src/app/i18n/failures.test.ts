import { describe, expect, it } from "vitest";
import { english } from "./catalogue";
import { failureSentence, problemSentence } from "./failures";
import { japanese } from "./ja/japanese";

const AREAS =
  "lm|eval|guard|prompts|template|tokenizer|share|engine|job|journal|result|output|gpu|recipe|plan|merge|model|io|storage|safetensors|hub";

/** Every code that the studio's own source can produce; the command line speaks English. */
function codesInSource(): string[] {
  const sources = import.meta.glob<string>("/src/{base,io,formats,hub,engine}/**/*.ts", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  const shipped = Object.entries(sources).filter(([path]) => !/\.test\.ts$|test[A-Z]|[sS]uite|testing/.test(path));
  const codes = shipped.flatMap(([, text]) => {
    const literal = [...text.matchAll(new RegExp(`(name: )?"((?:${AREAS})/[a-z0-9-]+)"`, "g"))]
      .filter(([, kernel]) => kernel === undefined)
      .map(([, , code = ""]) => code);
    const prefix = /`(safetensors\/(?:index-)?)\$\{kind\}`/.exec(text)?.[1];
    const faults = prefix
      ? [...text.matchAll(/\bfault\(\s*"([a-z0-9-]+)"/g)].map(([, kind]) => `${prefix}${kind}`)
      : [];
    return [...literal, ...faults];
  });
  return [...new Set(codes)].sort();
}

describe("errors, problems and notes", () => {
  const codes = codesInSource();

  it("are all found in the source", () => {
    expect(codes.length).toBeGreaterThan(50);
  });

  it.each(codes)("%s has a Japanese sentence", (code) => {
    const sentence = japanese.failures[code] ?? japanese.problems[code] ?? japanese.notes[code];
    expect(sentence?.({ name: "x", tensor: "t", tensors: 3, model: "m" } as never)).toMatch(/[ぁ-んァ-ン]/);
  });

  it("say what they say themselves in English, and their facts in Japanese", () => {
    const problem = {
      code: "plan/model-missing",
      severity: "error" as const,
      message: "The model org/a is not loaded.",
      facts: { model: "org/a" },
    };
    expect(problemSentence(problem, english)).toBe(problem.message);
    expect(problemSentence(problem, japanese)).toContain("モデル org/a が読み込まれていません");
  });

  it("keep their English where there is no Japanese yet", () => {
    const failure = { name: "AwaseError", code: "new/thing", message: "Something new." };
    expect(failureSentence(failure, japanese)).toBe("Something new.");
  });

  it("say that an error without a code was not expected", () => {
    expect(failureSentence({ name: "TypeError", message: "x is undefined" }, english)).toMatch(
      /unexpected.*x is undefined/,
    );
  });
});
