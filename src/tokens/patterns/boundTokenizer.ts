import type { Tokenizer as Library } from "@huggingface/tokenizers";
import { isObject, type UnknownObject } from "../../formats/json";
import { isTokenId, noTokenId } from "../tokenId";
import { BoundedPattern } from "./boundedPattern";
import { Effort } from "./effort";

/** Steps of a tokenizer: normalizers, pre-tokenizers and decoders. Published ones have up to a dozen. */
const MAX_STEPS = 256;
/** Characters of a pattern. The longest published one, of many ranges, has some two thousand. */
const MAX_PATTERN = 20_000;
/** Characters of what is put in, and of a token that is looked for in a text: from every place, as far as it goes. */
const MAX_PIECE = 1_024;
/** Characters that all steps together may make of one. */
const MAX_GROWTH = 64;
/** Characters of one word that WordPiece takes apart, in time that grows with their square. Everywhere 100. */
const MAX_WORD = 256;

/**
 * Looks through a definition for what would take the library too long before any text is seen.
 * @throws {Error} with a clause that says what was found
 */
export function checkDefinition({ normalizer, pre_tokenizer, decoder, added_tokens, model }: UnknownObject): void {
  let [steps, growth] = [0, 1];
  const open: unknown[] = [normalizer, pre_tokenizer, decoder];
  while (open.length > 0) {
    const step = open.pop();
    if (!isObject(step)) continue;
    if (++steps > MAX_STEPS) throw new Error(`it has more than ${MAX_STEPS} steps`);
    checkStep(step);
    if (step.type === "Metaspace") growth *= Math.max(1, lengthOf(step.str_rep ?? step.replacement));
    if (growth > MAX_GROWTH) throw new Error(`its steps make a space ${growth} characters long`);
    for (const inside of [step.normalizers, step.pretokenizers, step.decoders]) {
      if (Array.isArray(inside)) for (const one of inside.slice(0, MAX_STEPS + 1)) open.push(one);
    }
  }
  const word = isObject(model) ? model.max_input_chars_per_word : undefined;
  if (typeof word === "number" && word > MAX_WORD) {
    throw new Error(`its words may have ${word} characters; at most ${MAX_WORD} are taken`);
  }
  for (const one of Array.isArray(added_tokens) ? added_tokens : []) {
    if (!isObject(one) || typeof one.content !== "string") throw new Error("an added token of it is no text");
    checkPiece(one.content);
    checkId(one.id);
  }
  if (isObject(model) && isObject(model.vocab)) for (const id of Object.values(model.vocab)) checkId(id);
  if (isObject(model) && Array.isArray(model.vocab)) {
    for (const [id, one] of model.vocab.entries()) {
      const piece: unknown = Array.isArray(one) ? one[0] : one;
      if (typeof piece !== "string") throw new Error(`entry ${id} of its vocabulary is no text`);
      checkPiece(piece);
    }
    // A number that is no id is passed over, as if there were no unknown token.
    const unknown = model.unk_id ?? undefined;
    if (unknown !== undefined && typeof unknown !== "number") throw new Error("its unknown token is no id");
  }
}

function checkStep(step: UnknownObject): void {
  const { pattern } = step;
  const text = isObject(pattern) ? (pattern.Regex ?? pattern.String) : pattern;
  if (lengthOf(text) > MAX_PATTERN) {
    throw new Error(`a pattern has ${lengthOf(text)} characters; at most ${MAX_PATTERN} are taken`);
  }
  for (const piece of [step.content, step.prepend, step.replacement, step.str_rep]) checkPiece(piece);
}

function checkId(id: unknown): void {
  if (!isTokenId(id)) throw new Error(noTokenId(id));
}

function checkPiece(piece: unknown): void {
  if (lengthOf(piece) > MAX_PIECE) {
    throw new Error(`a piece of text has ${lengthOf(piece)} characters; at most ${MAX_PIECE} are taken`);
  }
}

function lengthOf(text: unknown): number {
  return typeof text === "string" ? text.length : 0;
}

/**
 * Puts bounded patterns in the place of those that a file gave to the library.
 * @returns what counts their steps
 * @throws {Error} for a pattern that cannot be bounded
 */
export function boundPatterns(library: Library): Effort {
  const effort = new Effort();
  boundLattice(library.model, effort);
  const open: unknown[] = [library.normalizer, library.pre_tokenizer, library.decoder];
  while (open.length > 0) {
    const step = open.pop();
    // Steps are objects that can be called.
    if ((typeof step !== "object" && typeof step !== "function") || step === null) continue;
    if ("pattern" in step && step.pattern instanceof RegExp && "config" in step && hasPattern(step.config)) {
      step.pattern = new BoundedPattern(step.pattern, effort);
    }
    for (const name of INSIDE) {
      const inside = Reflect.get(step, name) as unknown;
      if (Array.isArray(inside)) for (const one of inside) open.push(one);
    }
  }
  return effort;
}

/** Where the library's sequences keep their steps. */
const INSIDE = ["normalizers", "tokenizers", "pretokenizers", "decoders"];

function hasPattern(config: unknown): boolean {
  return isObject(config) && isObject(config.pattern);
}

/** The pieces of a text that a unigram vocabulary has, as the library lays them out before it takes the likeliest row. */
interface Lattice {
  readonly begin_nodes: readonly (readonly unknown[])[];
  readonly end_nodes: readonly (readonly unknown[])[];
  insert(...node: readonly unknown[]): void;
}

interface LatticeModel {
  populate_nodes(lattice: Lattice): void;
}

/** What a piece costs, in steps. */
const PIECE_STEPS = 16;

/** Counts pieces as they are laid out, and the pairs of neighbours that will be compared. */
function boundLattice(model: unknown, effort: Effort): void {
  if (!isLatticeModel(model)) return;
  const populate = model.populate_nodes.bind(model);
  model.populate_nodes = (lattice) => {
    const insert = lattice.insert.bind(lattice);
    lattice.insert = (...node) => {
      effort.steps(PIECE_STEPS);
      insert(...node);
    };
    populate(lattice);
    for (const [at, begins] of lattice.begin_nodes.entries()) {
      effort.steps(begins.length * (lattice.end_nodes[at]?.length ?? 0));
    }
  };
}

function isLatticeModel(model: unknown): model is LatticeModel {
  return (typeof model === "object" || typeof model === "function") && model !== null && "populate_nodes" in model;
}
