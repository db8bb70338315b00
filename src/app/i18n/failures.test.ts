import { describe, expect, it } from "vitest";
import { english } from "./catalogue";
import { failureSentence, problemSentence } from "./failures";
import { afterwards } from "./ja/afterwards";
import { atFirst } from "./ja/japanese";

const japanese = { ...atFirst, ...afterwards };

describe("errors, problems and notes", () => {
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
