import fc from "fast-check";
import { expect, it } from "vitest";
import { toyLlama } from "../../../model/checkpoint.testing";
import { FILL, placesOf, ZERO } from "../../../model/sources/rowMap";
import { reportWith } from "../plan.testing";

const EMBEDDING = "model.embed_tokens.weight";
const NAMES = ["a", "b", "c"];

/** A vocabulary of up to eight of twelve tokens, in any order. */
const vocabulary = fc.uniqueArray(
  fc.integer({ min: 0, max: 11 }).map((token) => `t${token}`),
  { minLength: 1, maxLength: 8 },
);
const recipe = fc.record({
  vocabularies: fc.tuple(vocabulary, vocabulary, vocabulary),
  /** Ids below this have rows, by the config of each. */
  limits: fc.tuple(...NAMES.map(() => fc.integer({ min: 1, max: 8 }))),
  source: fc.constantFrom("union", "base", "c"),
  based: fc.boolean(),
  forced: fc.option(fc.integer({ min: 0, max: 11 }), { nil: undefined }),
  step: fc.integer({ min: 1, max: 5 }),
});

/** Where a token's row of a model comes from, told as the reference tells it, one token after the other. */
function naive(
  tokenAt: string,
  model: number,
  has: (model: number, token: string) => number,
  base: number | undefined,
  force: boolean,
) {
  const own = has(model, tokenAt);
  if (own >= 0 && !force) return `${NAMES[model]}:${own}`;
  const owners = NAMES.map((_, k) => k).filter((k) => has(k, tokenAt) >= 0);
  const at = (k: number) => `${NAMES[k]}:${has(k, tokenAt)}`;
  if (owners.length === 0) return "zero";
  if (base !== undefined && owners.includes(base)) return at(base);
  return owners.map(at).join(" ");
}

it("rows of random vocabularies are those that the rules give, token by token", () => {
  fc.assert(
    fc.property(recipe, ({ vocabularies, limits, source, based, forced, step }) => {
      const models = NAMES.map((name, k) =>
        toyLlama(name, { layers: 1, vocabulary: 8, config: { vocab_size: limits[k] ?? 8 } }),
      );
      const tokens = forced === undefined ? "{}" : `{t${forced}: {force: true}}`;
      const text = `merge_method: linear\n${based ? "base_model: a\n" : ""}models:\n${NAMES.map((name) => `  - {model: ${name}, parameters: {weight: 1}}\n`).join("")}tokenizer: {source: ${source}, tokens: ${tokens}, pad_to_multiple_of: ${step}}\n`;
      const known = Object.fromEntries(
        NAMES.map((name, k) => [name, { tokens: vocabularies[k] ?? [], roles: [], definition: "BPE" }]),
      );
      const { plan, problems } = reportWith(text, models, known);
      expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
      if (!plan) return expect.unreachable();
      const has = (model: number, token: string) => {
        const id = vocabularies[model]?.indexOf(token) ?? -1;
        return id < (limits[model] ?? 0) ? id : -1;
      };
      const counted = (k: number) => (vocabularies[k] ?? []).filter((token) => has(k, token) >= 0);
      const ground = source === "c" ? [...(vocabularies[2] ?? [])] : counted(0);
      const wanted = new Set(source === "union" ? [...ground, ...counted(1), ...counted(2)] : ground);
      if (forced !== undefined) wanted.add(`t${forced}`);
      const planned = plan.tensors.find(({ name }) => name === EMBEDDING);
      const rows = planned?.shape[0] ?? 0;
      expect(rows).toBe(Math.ceil(wanted.size / step) * step);
      const all = [...ground, ...[...wanted].filter((token) => !ground.includes(token))];
      for (const [k, input] of (planned?.inputs ?? []).entries()) {
        const map = input.rows === undefined ? undefined : plan.rowMaps[input.rows];
        for (const [id, token] of all.entries()) {
          const places = map ? [...placesOf(map, id)] : [{ part: 0, row: id }];
          const shown = places.map(({ part, row }) => `${map?.parts[part]?.model ?? NAMES[k]}:${row}`).join(" ");
          const force = forced !== undefined && token === `t${forced}`;
          // New tokens stand in an order of our own: every one of them is looked for among the new rows.
          const expected = naive(token, k, has, based ? 0 : undefined, force);
          if (id < ground.length) expect(map?.part[id] === ZERO ? "zero" : shown).toBe(expected);
        }
        const made = map ? Array.from(map.part.subarray(all.length)) : [];
        expect(made.every((kind) => kind === FILL)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
