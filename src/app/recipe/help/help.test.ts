import { describe, expect, it } from "vitest";
import { methodFacts } from "../../../merge/registry";
import { en } from "./en";
import { ja } from "./ja";
import { helpOf } from "./useHelp";

describe.each([
  ["English", en, /\.$/],
  ["Japanese", ja, /。$/],
] as const)("the help in %s", (_, help, sentence) => {
  it.each(methodFacts.map(({ id }) => id))("says what %s does", (id) => {
    expect(help.methods[id]).toMatch(sentence);
  });

  it.each(methodFacts.map(({ id, globals, perModel }) => ({ id, names: Object.keys({ ...globals, ...perModel }) })))(
    "says what the parameters of $id do",
    ({ id, names }) => {
      for (const name of names) expect(helpOf(help, id, name), name).toMatch(sentence);
    },
  );

  it("fits a tooltip", () => {
    const all = [help.methods, help.parameters, ...Object.values(help.own)].flatMap((texts) => Object.values(texts));
    for (const text of all) expect(text.length, text).toBeLessThan(140);
  });
});

it("says the same things in both languages", () => {
  const keys = (help: typeof en) => [help.methods, help.parameters, help.own].map((texts) => Object.keys(texts).sort());
  expect(keys(ja)).toEqual(keys(en));
});
