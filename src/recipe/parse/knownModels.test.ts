import { describe, expect, it } from "vitest";
import { toyLlama } from "../../model/checkpoint.testing";
import { LINEAR, report } from "../plan/plan.testing";

const recipeOf = (name: string) => LINEAR.replace("model: a", `model: ${JSON.stringify(name)}`);
const check = (name: string, loaded: string) => report(recipeOf(name), [toyLlama(loaded), toyLlama("b")]);

describe("the model that I dropped", () => {
  it.each(["x+y", "x@y", "a+b+c", "a@b@c"])("is called %s, and the recipe means it", (name) => {
    const { plan, problems } = check(name, name);
    expect(problems).toEqual([]);
    expect(plan?.models.map(({ key }) => key)).toEqual([name, "b"]);
  });

  it("has a name that macOS spells with letters taken apart", () => {
    expect(check("が".normalize("NFC"), "が".normalize("NFD")).problems).toEqual([]);
  });

  it("is named with a slash at the end", () => {
    expect(check("models/x/", "models/x").problems).toEqual([]);
  });

  it.each([
    ["llama-jp", "llama-ja"],
    ["Llama_JA", "llama-ja"],
    ["org/lama-ja", "org/llama-ja"],
  ])("is written %s: %s is proposed, and a press takes it", (name, loaded) => {
    const [problem] = check(name, loaded).problems;
    expect(problem).toMatchObject({
      code: "plan/model-missing",
      facts: { model: name, meant: loaded },
      fix: { insert: loaded },
    });
    expect(problem?.message).toContain(`but ${loaded} is`);
  });

  it.each([
    ["c", "a"],
    ["org/x", "org/y"],
    ["other", "llama"],
  ])("is not proposed for another: %s, %s", (name, loaded) => {
    expect(check(name, loaded).problems[0]).toMatchObject({ code: "plan/model-missing", facts: { model: name } });
    expect(check(name, loaded).problems[0]?.fix).toBeUndefined();
  });
});
