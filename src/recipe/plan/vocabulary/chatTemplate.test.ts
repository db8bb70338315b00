import { describe, expect, it } from "vitest";
import type { Vocabulary } from "../../../tokens/vocabulary";
import type { MergePlan } from "../plan";
import { a, b, base, LINEAR, plannedWith, problemIn, reportWith, toyVocabulary } from "../plan.testing";

const same = toyVocabulary(16);

describe("a chat template", () => {
  const [chat, other] = ["{{ messages[0].content }}", "{{ messages[1].content }}"];
  const of = (template?: string): Vocabulary => ({ ...same, ...(template === undefined ? {} : { template }) });
  const templateOf = (plan: MergePlan | undefined) =>
    plan?.sideFiles.find(({ path }) => path === "chat_template.jinja");

  it("that is the tokenizer's own is copied with it", () => {
    const report = reportWith(`${LINEAR}chat_template: "${chat}"`, [a, b], { a: of(chat), b: of(other) });
    expect(report.problems).toEqual([]);
    expect(templateOf(report.plan)).toBeUndefined();
  });

  it("is written into a file of its own and into the settings, where older readers look", () => {
    const plan = plannedWith(`${LINEAR}chat_template: "${other}"`, [a, b], { a: of(chat), b: of(chat) });
    expect(templateOf(plan)).toEqual({ path: "chat_template.jinja", kind: "text", text: other });
    expect(plan.sideFiles.find(({ path }) => path === "tokenizer_config.json")).toMatchObject({
      kind: "edited",
      edit: { kind: "settings", template: other },
    });
  });

  it("`auto` is the one that most models have, of several the first met; without any nothing changes", () => {
    const three = `${LINEAR}  - {model: base, parameters: {weight: 1}}\nchat_template: auto\n`;
    const auto = (...templates: readonly (string | undefined)[]) => {
      const [first, second, third] = templates.map(of);
      return templateOf(plannedWith(three, [a, b, base], { a: first ?? same, b: second ?? same, base: third ?? same }));
    };
    expect(auto(chat, other, `${other}\n`)).toMatchObject({ text: other });
    expect(auto(undefined, other, undefined)).toMatchObject({ text: other });
    expect(auto(chat, other, undefined)).toBeUndefined();
    expect(auto(undefined, undefined, undefined)).toBeUndefined();
  });

  it.each(["alpaca", "chatml", "exaone", "llama3", "mistral"])("%s is known by its name", (name) => {
    const plan = plannedWith(`${LINEAR}chat_template: ${name}`, [a, b], { a: same, b: same });
    expect(templateOf(plan)).toMatchObject({ text: expect.stringContaining("message['content']") });
  });

  it("that is none is refused before anything is merged, and a long one is no file name", () => {
    for (const text of ["zephyr", "{{ messages }}", "no bracket, but long enough"]) {
      const report = reportWith(`${LINEAR}chat_template: ${JSON.stringify(text)}`, [a, b], { a: same, b: same });
      expect(report.plan, text).toBeUndefined();
      expect(problemIn("plan/chat-template", report)).toMatchObject({ severity: "error", facts: { found: text } });
    }
    const long = `{{ messages[0].content }}${"x".repeat(4000)}/${"y".repeat(400)}`;
    expect(templateOf(plannedWith(`${LINEAR}chat_template: "${long}"`, [a, b], { a: same, b: same }))).toMatchObject({
      text: long,
    });
  });
});
