import { type Document, isMap, isScalar, type Pair } from "yaml";
import type { Problem, TextSpan } from "../problems";

/** A line that opens or closes a block of code in Markdown. */
const FENCE = /^[ \t>]*(?:```+|~~~+)[^\n`]*$/gm;
/** A call of mergekit's programs, from a terminal or a notebook. */
const COMMAND = /^[ \t]*(?:[$!%#>]+[ \t]*)?(?:\w+=\S+[ \t]+)*(mergekit-[a-z-]+)[ \t]+\S.*$/m;

/** Says of text that is no recipe where it was copied from; asked only when it could not be read as YAML, or is no mapping. */
export function pastedProblem(text: string, span: (from: number, to: number) => TextSpan): Problem | undefined {
  return fence(text, span) ?? command(text, span);
}

/** A recipe between the lines of a Markdown block, out of a model card or a chat: the fix leaves what is inside. */
function fence(text: string, span: (from: number, to: number) => TextSpan): Problem | undefined {
  const lines = [...text.matchAll(FENCE)].map(({ index, 0: line }) => ({ from: index, to: index + line.length }));
  const [first] = lines;
  if (!first) return undefined;
  const edges = [{ to: 0 }, ...lines, { from: text.length }];
  const between = edges.slice(0, -1).map((edge, at) => {
    const start = "to" in edge ? edge.to : 0;
    const next = edges[at + 1];
    return text.slice(start, next && "from" in next ? next.from : text.length).replace(/^\r?\n/, "");
  });
  const inside = between.find((part) => /^[ \t]*merge_method[ \t]*[:：]/m.test(part)) ?? between[1] ?? "";
  return {
    code: "recipe/fence",
    severity: "error",
    message: "The lines with ``` come from Markdown and are no part of a recipe. Keep only what stands between them.",
    facts: { lines: lines.length },
    span: span(first.from, first.to),
    ...(inside.trim() === ""
      ? {}
      : { fix: { label: "Keep what is inside", from: 0, to: text.length, insert: inside } }),
  };
}

function command(text: string, span: (from: number, to: number) => TextSpan): Problem | undefined {
  const found = COMMAND.exec(text);
  const program = found?.[1];
  if (!found || program === undefined) return undefined;
  return {
    code: "recipe/command",
    severity: "error",
    message: `This is a command line (\`${program}\`), not a recipe. Paste the YAML file that it names.`,
    facts: { program },
    span: span(found.index, found.index + found[0].length),
  };
}

/** A file that another program reads, told by its keys at the top. */
interface Foreign {
  readonly kind: "mixture" | "evolve" | "multi" | "card" | "adapter";
  /** Any one of them tells. */
  readonly keys: readonly string[];
  /** Only where the document has none of these. */
  readonly unless?: readonly string[];
  /** What it is, and what can be done here. */
  readonly is: string;
}

const RECIPE = ["merge_method", "models", "slices"];

const FOREIGN: readonly Foreign[] = [
  {
    kind: "mixture",
    keys: ["experts", "gate_mode", "experts_per_token", "shared_experts"],
    unless: ["merge_method"],
    is: "a recipe of mergekit-moe, which puts whole models beside each other as the experts of a mixture. That is another thing than a merge, and is not made here: use mergekit-moe, or write `merge_method:` and `models:` to merge the weights",
  },
  {
    kind: "evolve",
    keys: ["genome"],
    unless: ["merge_method"],
    is: "a configuration of mergekit-evolve, which searches for a recipe. It is not run here: paste one of the recipes that it found",
  },
  {
    kind: "card",
    keys: ["library_name", "pipeline_tag", "model_name", "license", "tags", "widget"],
    unless: RECIPE,
    is: "the head of a model card, not a recipe. Paste the YAML block further down in the card",
  },
  {
    kind: "adapter",
    keys: ["peft_type", "lora_alpha", "lora_r", "adapter"],
    unless: RECIPE,
    is: "a configuration of a training or of an adapter, not a recipe. Write `merge_method:` and `models:`",
  },
];

const MULTI =
  "a configuration of mergekit-multi: several recipes in one file, which name each other's results. They are merged one by one here: keep one, and run the others with what it wrote";

/** Says what files of mergekit's other programs are; undefined for recipes, and for what is nothing known. */
export function foreignDocuments(
  documents: readonly Document.Parsed[],
  span: (from: number, to: number) => TextSpan,
): Problem | undefined {
  if (documents.length > 1) {
    const name = documents.flatMap((document) => topKeys(document)).find(({ key }) => key === "name");
    return name && foreign("multi", name.key, MULTI, span(name.from, name.to));
  }
  const keys = documents.flatMap((document) => topKeys(document));
  for (const { kind, keys: telling, unless = [], is } of FOREIGN) {
    const found = keys.find(({ key }) => telling.includes(key));
    if (found && !keys.some(({ key }) => unless.includes(key)))
      return foreign(kind, found.key, is, span(found.from, found.to));
  }
  return undefined;
}

function foreign(kind: Foreign["kind"], key: string, is: string, span: TextSpan): Problem {
  return {
    code: "recipe/foreign",
    severity: "error",
    message: `This is ${is} (\`${key}:\`).`,
    facts: { kind, key },
    span,
  };
}

function topKeys({
  contents,
}: Document.Parsed): readonly { readonly key: string; readonly from: number; readonly to: number }[] {
  if (!isMap(contents)) return [];
  return contents.items.flatMap(({ key }: Pair) => {
    if (!isScalar(key) || !key.range) return [];
    return [{ key: String(key.value), from: key.range[0], to: key.range[1] }];
  });
}
