import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BoundedTemplate } from "./boundedTemplate";
import { strftime } from "./strftime";

const FOLDER = join(import.meta.dirname, "../../../e2e/golden/templates");
const read = (file: string) => readFileSync(join(FOLDER, file), "utf8");

/** By template, then by conversation: what jinja2 makes of it, or null where it raises an exception. */
const expected = JSON.parse(read("expected.json")) as Record<string, Record<string, string | null>>;
const conversations = JSON.parse(read("conversations.json")) as Record<string, object>;
const names = readdirSync(FOLDER).flatMap((file) => /^(.*)\.jinja$/.exec(file)?.[1] ?? []);

const now = new Date(2024, 6, 4, 9, 5, 3);
const variables = {
  bos_token: "<s>",
  eos_token: "</s>",
  tools: null,
  documents: null,
  strftime_now: (format: unknown) => strftime(now, String(format)),
};

/** A text, or null where the template raises an exception. */
function rendered(template: BoundedTemplate, conversation: object, addGenerationPrompt: boolean): string | null {
  try {
    return template.render({ ...variables, ...conversation, add_generation_prompt: addGenerationPrompt });
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^template\/(refused|failed)$/) });
    return null;
  }
}

describe("templates of the families of models", () => {
  it("are all here", () => {
    expect(names.length).toBeGreaterThanOrEqual(24);
    expect(Object.keys(expected).sort()).toEqual([...names].sort());
  });

  it.each(names)("%s renders every conversation as jinja2 does", (name) => {
    const template = new BoundedTemplate(read(`${name}.jinja`));
    const found = Object.entries(conversations).flatMap(([key, conversation]) => [
      [`${key} and on`, rendered(template, conversation, true)],
      [key, rendered(template, conversation, false)],
    ]);
    expect(Object.fromEntries(found)).toEqual(expected[name]);
  });
});
