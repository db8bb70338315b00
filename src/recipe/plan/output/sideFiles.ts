import type { Model } from "../../../model/model";
import type { ModelReference } from "../../parse/recipe";
import type { SideFile } from "../plan";
import type { PlanContext } from "../planContext";
import type { ProblemBag } from "../problemBag";

/** What is copied from the donor as it is, where it has them. */
const COPIED = [
  "generation_config.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "tokenizer.json",
  "tokenizer.model",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "chat_template.jinja",
  "chat_template.json",
  "preprocessor_config.json",
  "processor_config.json",
  "video_preprocessor_config.json",
  "normalizer.json",
] as const;

/** Vocabularies under the names that model families gave them: SentencePiece, tiktoken, Mistral's tekken, BERT, BPE. */
const VOCABULARIES: readonly RegExp[] = [
  /^tokenizer\.(?:json|model(?:\.v\d[\w.]*)?)$/,
  /^(?:tekken|encoder|vocab[\w-]*)\.json$/,
  /^(?:vocab[\w-]*|dict)\.(?:txt|bpe)$/,
  /^(?:bpe\.codes|codes\.bpe)$/,
  /^(?:spiece|spm|source|target|tokenizer[\w-]*|sentencepiece[\w.-]*|tiktoken)\.(?:model|spm|vocab)$/,
  /^[\w.-]+\.tiktoken$/,
];
/** What goes with a tokenizer and holds no vocabulary: chat templates, more merges. */
const WITH_TOKENIZER: readonly RegExp[] = [
  /^[\w.-]+\.jinja$/,
  /^(?:additional_)?chat_templates\/[\w.-]+\.(?:jinja|json)$/,
  /^merges[\w.-]*\.txt$/,
  /^tokenizer[\w.-]*\.json$/,
];
/** Python files that a sentence names. */
const NAMED = 5;

/** Of these, what is not part of the tokenizer. */
const OTHERS: ReadonlySet<string> = new Set([
  "generation_config.json",
  "preprocessor_config.json",
  "processor_config.json",
  "video_preprocessor_config.json",
]);

/**
 * The output's files besides weights, index and model card: config, the donor's generation and processor files, its tokenizer or
 * that of `tokenizer`, and the recipe, byte for byte.
 */
export function sideFiles(
  { donor, models, bag }: PlanContext,
  tokenizer: ModelReference,
  configText: string,
  recipe: string,
): readonly SideFile[] {
  const { reference, checkpoint } = donor;
  const sizesOf = (key: string) => new Map(models.get(key)?.files.map(({ path, size }) => [path, size]));
  const [own, sizes] = [sizesOf(reference.key), sizesOf(tokenizer.key)];
  const named: readonly string[] = COPIED;
  const others = [...sizes.keys()].filter((path) => !named.includes(path) && belongsToTokenizer(path)).sort();
  const copies = [...named, ...others].flatMap((path): SideFile[] => {
    const [model, size] = OTHERS.has(path) ? [reference.key, own.get(path)] : [tokenizer.key, sizes.get(path)];
    return size === undefined ? [] : [{ path, kind: "copy", model, from: path, size }];
  });
  if (![...sizes.keys()].some((path) => VOCABULARIES.some((pattern) => pattern.test(path)))) {
    bag.add({
      code: "plan/no-tokenizer",
      severity: "warning",
      span: tokenizer.span,
      facts: { model: tokenizer.key },
    });
  }
  reportCode(reference, checkpoint, bag);
  return [
    { path: "config.json", kind: "text", text: configText },
    ...copies,
    { path: "mergekit_config.yml", kind: "text", text: recipe },
  ];
}

function belongsToTokenizer(path: string): boolean {
  return [...VOCABULARIES, ...WITH_TOKENIZER].some((pattern) => pattern.test(path));
}

/** A model or a tokenizer with code of its own does not run without it, and code is not taken along unseen. */
function reportCode(reference: ModelReference, { config, files }: Model, bag: ProblemBag): void {
  const code = files.map(({ path }) => path).filter((path) => /^[^/]+\.py$/.test(path));
  if (!Object.hasOwn(config, "auto_map") && !code.some((path) => path.startsWith("tokenization_"))) return;
  const listed = code.slice(0, NAMED).join(", ") + (code.length > NAMED ? ", …" : "");
  const facts = { model: reference.key, files: listed };
  bag.add({
    code: "plan/remote-code",
    severity: "warning",
    span: reference.span,
    facts,
  });
}
