import type { Model } from "../../../model/model";
import type { TokenFileEdit } from "../../../tokens/building/editedFiles";
import type { ModelReference } from "../../parse/recipe";
import type { SideFile } from "../plan";
import type { PlanContext } from "../planContext";
import type { ProblemBag } from "../problemBag";
import type { TokenizerPlan } from "../vocabulary/tokenizerPlan";

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

/** What the output's files are made by, besides the models' own. */
export interface SideFileOptions extends Partial<Pick<TokenizerPlan, "output" | "template" | "ids">> {
  readonly tokenizer: ModelReference;
  readonly configText: string;
  readonly recipe: string;
}

/**
 * The output's files besides weights, index and model card: config, the donor's generation and processor files, its tokenizer or
 * that of `tokenizer`, with tokens added or taken out where the vocabulary asks for it, and the recipe, byte for byte.
 */
export function sideFiles(context: PlanContext, options: SideFileOptions): readonly SideFile[] {
  const { donor, models, bag } = context;
  const { tokenizer, configText, recipe, template } = options;
  const { reference, checkpoint } = donor;
  const sizesOf = (key: string) => new Map(models.get(key)?.files.map(({ path, size }) => [path, size]));
  const [own, sizes] = [sizesOf(reference.key), sizesOf(tokenizer.key)];
  const named: readonly string[] = COPIED;
  const others = [...sizes.keys()].filter((path) => !named.includes(path) && belongsToTokenizer(path)).sort();
  const edit = fileEdits(options, new Set(sizes.keys()));
  const files = [...named, ...others].flatMap((path): SideFile[] => {
    const [model, size] = OTHERS.has(path) ? [reference.key, own.get(path)] : [tokenizer.key, sizes.get(path)];
    const asked = edit(path);
    if (asked === "left out") return [];
    if (asked)
      return [
        { path, kind: "edited", model, ...(size === undefined ? {} : { from: path }), size: size ?? 2, edit: asked },
      ];
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
    ...files,
    ...(template === undefined ? [] : [{ path: TEMPLATE_FILE, kind: "text" as const, text: template }]),
    { path: "mergekit_config.yml", kind: "text", text: recipe },
  ];
}

const TEMPLATE_FILE = "chat_template.jinja";
/** Templates that a new one stands in for. */
const TEMPLATES: ReadonlySet<string> = new Set([TEMPLATE_FILE, "chat_template.json"]);

/** What is done to each file: an edit, nothing (it is copied), or it is left out because it would say something else. */
function fileEdits({ output, ids = {}, template }: SideFileOptions, present: ReadonlySet<string>) {
  const { added = [], limit } = output ?? {};
  const change = { added, ...(limit === undefined ? {} : { limit }) };
  const changed = added.length > 0 || limit !== undefined;
  const older = present.has("tokenizer.model") || present.has("vocab.json");
  return (path: string): TokenFileEdit | "left out" | undefined => {
    if (template !== undefined && TEMPLATES.has(path)) return "left out";
    if (path === "generation_config.json" && Object.keys(ids).length > 0) return { kind: "ids", ids };
    if (path === "tokenizer_config.json" && present.has(path) && (changed || template !== undefined)) {
      return { kind: "settings", ...change, ...(template === undefined ? {} : { template }) };
    }
    if (!changed) return undefined;
    if (path === "tokenizer.json") return { kind: "definition", ...change };
    // Older readers take the pieces from elsewhere and the added tokens from here. Pieces without rows cannot be taken out there.
    if (limit !== undefined && VOCABULARIES.some((pattern) => pattern.test(path))) return "left out";
    if (path === "added_tokens.json" && (present.has(path) || (older && limit === undefined)))
      return { kind: "added", ...change };
    return undefined;
  };
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
