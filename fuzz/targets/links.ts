import { deflateRawSync } from "node:zlib";
import { createReviewSlice } from "../../src/state/recipe/review";
import { decodeShare, encodeShare } from "../../src/state/recipe/share";
import { recipeText } from "../grammar/recipe";
import { jsonOf, mutateJson, printJson } from "../mutate/json";
import { ODD_NAMES, ODD_TEXTS } from "../mutate/odd";
import { mutateText } from "../mutate/text";
import type { Random } from "../random";
import { readStrictJson } from "../reference/json";
import { ACCEPTED, answerOf, ensure, type Input, type OpenTarget, type Target, textOf } from "../target";

const SHARED = jsonOf({ name: "merged", recipe: "merge_method: linear\nmodels: [{model: a}]\n" });

/**
 * Share links. What is written is read as it was, or refused when it is written; what somebody else wrote is refused with a code or
 * gives a name and a recipe that can be written again; and opening it changes nothing of the studio but the review of it.
 */
export const links: Target = {
  name: "links",
  time: { base: 300, perKb: 15 },
  async open(): Promise<OpenTarget> {
    return {
      make,
      check: (input) => ("fragment" in input ? checkFragment(textOf(input, "fragment")) : checkShared(input)),
    };
  },
};

function make(random: Random): Input {
  if (random.oneIn(3))
    return {
      name: name(random),
      recipe: mutateText(random, recipeText(random), {
        words: ODD_TEXTS,
        others: ["a"],
        limit: random.oneIn(50) ? 300_000 : 6000,
      }),
    };
  const json = random.oneIn(4)
    ? JSON.stringify({ name: name(random), recipe: recipeText(random) })
    : printJson(random, mutateJson(random, SHARED, { names: ["name", "recipe"], values: ['"a"', "[]"] }));
  const whole = `#r=1.${deflateRawSync(random.oneIn(100) ? Buffer.alloc(random.below(400_000), json) : json).toString("base64url")}`;
  if (random.oneIn(2)) return { fragment: whole };
  return {
    fragment: mutateText(random, whole, {
      words: ["#r=", "#r=1.", "2.", "AAAA", "_-", "=", "%20", "+/"],
      others: [whole],
      limit: 40_000,
    }),
  };
}

function name(random: Random): string {
  return random.oneIn(3) ? random.pick(ODD_NAMES).repeat(1 + random.below(4)) : "日本語 × math";
}

async function checkShared(input: Input): Promise<string> {
  const shared = { name: textOf(input, "name"), recipe: textOf(input, "recipe") };
  const written = await answerOf(() => encodeShare(shared));
  if ("code" in written) {
    const isLong = written.code === "share/too-long" || written.code === "share/long-name";
    ensure(isLong, () => `a recipe is refused with ${written.code}`);
    return written.code;
  }
  const read = await answerOf(() => decodeShare(written.value));
  ensure("value" in read, () => "a link is written that cannot be read");
  ensure(
    read.value.name === shared.name && read.value.recipe === shared.recipe,
    () => "a link gives another recipe than was written",
  );
  return ACCEPTED;
}

async function checkFragment(fragment: string): Promise<string> {
  const read = await answerOf(() => decodeShare(fragment));
  const changed = await openedInStudio(fragment);
  ensure(
    changed.every((key) => key === "review"),
    () => `to look at a link changes ${changed.join(", ")}`,
  );
  if ("code" in read) return read.code;
  ensure(
    typeof read.value.name === "string" && typeof read.value.recipe === "string",
    () => "a link gives what is no text",
  );
  ensure(Object.keys(read.value).length === 2, () => "a link gives more than a recipe and its name");
  ensure(readStrictJson(JSON.stringify(read.value)) !== undefined, () => "a link gives what cannot be written");
  const again = await checkShared(read.value as unknown as Input);
  ensure(again === ACCEPTED || again === "share/too-long", () => `a recipe from a link is refused with ${again}`);
  return ACCEPTED;
}

/** What opening a link sets in the studio's state. */
async function openedInStudio(fragment: string): Promise<readonly string[]> {
  const changed = new Set<string>();
  let state: Record<string, unknown> = {};
  const set = (change: Record<string, unknown>) => {
    for (const key of Object.keys(change)) changed.add(key);
    state = { ...state, ...change };
  };
  const tools = { engine: {}, trials: { note: () => undefined, settle: () => undefined } };
  const slice = createReviewSlice(tools as never)(set as never, (() => state) as never, {} as never);
  state = { ...slice };
  await slice.openShare(fragment);
  return [...changed];
}
