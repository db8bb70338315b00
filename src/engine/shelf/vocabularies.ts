import type { Model } from "../../model/model";
import { parseRecipe } from "../../recipe/parse/parse";
import { allReferences, foldersOf, knownModels } from "../../recipe/parse/references";
import type { TokenizerPlanner } from "../../recipe/plan/structure";
import type { KnownVocabulary, Vocabularies } from "../../recipe/plan/vocabulary/vocabularies";
import { compareVocabularies } from "../../tokens/compareVocabularies";
import { readVocabulary, type Tokens, type Vocabulary } from "../../tokens/vocabulary";

/** Of open models: their folders are taken to stay as they are while they are open. */
const reading = new WeakMap<Model, Promise<void>>();
/** What came of it; a model without tokenizer files is not in it. */
const known = new WeakMap<Model, KnownVocabulary>();
/** Lists of tokens in use, so that models with one tokenizer hold one list and are told to be alike at a glance. */
const lists = new Set<WeakRef<Tokens>>();
let planner: TokenizerPlanner | undefined;
/** Files of some ten MB are parsed one after the other. */
let before: Promise<void> = Promise.resolve();

/**
 * Reads the vocabularies that a recipe's plan depends on: those of its models, if there are several or it asks for a tokenizer.
 * Each is read once while its model is open; what could not be read is tried again the next time. A model that is opened meanwhile
 * counts as well.
 */
export async function readVocabularies(recipe: string, models: () => ReadonlyMap<string, Model>): Promise<void> {
  const parsed = parseRecipe(recipe, knownModels(models().keys())).recipe;
  const references = parsed ? allReferences(parsed) : [];
  const recipes = parsed ? [parsed, ...parsed.stages.map((stage) => stage.recipe)] : [];
  const asked = recipes.some(({ tokenizer, chatTemplate }) => tokenizer !== undefined || chatTemplate !== undefined);
  if (references.length < 2 && !asked) return;
  const tried = new Set<Model>();
  const folders = references.flatMap((reference) => foldersOf(reference).slice(0, 1));
  const next = () =>
    folders.map(({ key }) => models().get(key)).find((model) => model !== undefined && !tried.has(model));
  for (let model = next(); model; model = next()) {
    tried.add(model);
    await read(model);
  }
  // Models with unlike vocabularies may be merged with a tokenizer of both: whether they can, a plan says.
  const unlike = new Set([...tried].map((model) => known.get(model)?.vocabulary?.tokens)).size > 1;
  if (asked || unlike) planner ??= (await import("../../recipe/plan/vocabulary/planTokenizer")).planTokenizer;
}

/** Plans tokenizers; there once vocabularies were read for a recipe that asks for one, or might. */
export function tokenizerPlanner(): TokenizerPlanner | undefined {
  return planner;
}

/** The vocabularies of the models that were read so far. */
export function knownVocabularies(models: ReadonlyMap<string, Model>): Vocabularies {
  const vocabularies = new Map<string, KnownVocabulary>();
  for (const [key, model] of models) {
    const vocabulary = known.get(model);
    if (vocabulary) vocabularies.set(key, vocabulary);
  }
  return vocabularies;
}

function read(model: Model): Promise<void> {
  const under = reading.get(model);
  if (under) return under;
  const done = before.then(async () => {
    try {
      const vocabulary = await readVocabulary(model.folder);
      if (vocabulary) known.set(model, { vocabulary: shared(vocabulary) });
      else known.delete(model);
    } catch (error) {
      reading.delete(model);
      known.set(model, { reason: error instanceof Error ? error.message : String(error) });
    }
  });
  reading.set(model, done);
  before = done;
  return done;
}

/** The same with a list of tokens that is in use already, where there is an equal one. */
function shared(vocabulary: Vocabulary): Vocabulary {
  const { tokens } = vocabulary;
  for (const list of lists) {
    const other = list.deref();
    if (!other) lists.delete(list);
    else if (other.length === tokens.length && same(other, tokens)) return { ...vocabulary, tokens: other };
  }
  lists.add(new WeakRef(tokens));
  return vocabulary;
}

function same(a: Tokens, b: Tokens): boolean {
  return [compareVocabularies(a, b, a.length), compareVocabularies(b, a, a.length)].every(
    ({ differing }) => differing === 0,
  );
}
