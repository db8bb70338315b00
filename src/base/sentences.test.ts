import { expect, it } from "vitest";
import { type Sentences, sayer, type Translation } from "./sentences";

const english = {
  "file/short": ({ name, found, limit }: { name: string; found: number; limit: number | undefined }) =>
    `${name} has ${found} bytes${limit === undefined ? "" : ` of ${limit}`}.`,
  "file/closed": () => "The file is closed.",
} satisfies Sentences;

const said = sayer(english);

it("says a code and its facts in English, and keeps the facts for other languages", () => {
  expect(said("file/short", { name: "a", found: 3, limit: 5 })).toEqual({
    code: "file/short",
    message: "a has 3 bytes of 5.",
    facts: { name: "a", found: 3, limit: 5 },
  });
  expect(said("file/closed")).toEqual({ code: "file/closed", message: "The file is closed.", facts: {} });
});

it("leaves out facts that there are none of, and can be posted", () => {
  const one = said("file/short", { name: "a", found: 3, limit: undefined });
  expect(one.message).toBe("a has 3 bytes.");
  expect(one.facts).not.toHaveProperty("limit");
  expect(structuredClone(one)).toEqual(one);
});

it("takes from the compiler what a person would forget", () => {
  // @ts-expect-error: there is no such code
  expect(() => said("file/long", {})).toThrow(/file\/long/);
  // @ts-expect-error: a fact is missing
  said("file/short", { name: "a", found: 3 });
  // @ts-expect-error: a fact of another type
  said("file/short", { name: "a", found: "3", limit: 5 });
  // @ts-expect-error: a fact that the sentence does not say
  said("file/short", { name: "a", found: 3, limit: 5, size: 7 });
  // @ts-expect-error: facts, where there are none
  said("file/closed", { name: "a" });

  const whole: Translation<typeof english> = { "file/short": ({ name }) => name, "file/closed": () => "" };
  // @ts-expect-error: a sentence is missing
  const short: Translation<typeof english> = { "file/closed": () => "" };
  // @ts-expect-error: a sentence that no code asks for
  const long: Translation<typeof english> = { ...whole, "file/open": () => "" };
  // @ts-expect-error: a sentence of a fact that its code does not have
  const other: Translation<typeof english> = { ...whole, "file/short": ({ size }) => `${size}` };
  expect([whole, short, long, other]).toHaveLength(4);
});
