import { type Document, isMap, isScalar, type Pair } from "yaml";
import { inWords } from "../../base/inWords";
import { fix } from "../problems/fixes";
import type { Problem, TextSpan } from "../problems/problem";
import { type ForeignKind, readingProblem } from "../problems/reading";

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
  return readingProblem({
    code: "recipe/fence",
    severity: "error",
    span: span(first.from, first.to),
    fix: inside.trim() === "" ? undefined : fix({ from: 0, to: text.length, insert: inside }, "fix/keep-inside"),
  });
}

function command(text: string, span: (from: number, to: number) => TextSpan): Problem | undefined {
  const found = COMMAND.exec(text);
  const program = found?.[1];
  if (!found || program === undefined) return undefined;
  return readingProblem({
    code: "recipe/command",
    severity: "error",
    facts: { program },
    span: span(found.index, found.index + found[0].length),
  });
}

/** A file that another program reads, told by its keys at the top. */
interface Foreign {
  readonly kind: ForeignKind;
  /** Any one of them tells. */
  readonly keys: readonly string[];
  /** Only where the document has none of these. */
  readonly unless?: readonly string[];
}

const RECIPE = ["merge_method", "models", "slices"];

const FOREIGN: readonly Foreign[] = [
  {
    kind: "evolve",
    keys: ["genome"],
    unless: ["merge_method"],
  },
  {
    kind: "card",
    keys: ["library_name", "pipeline_tag", "model_name", "license", "tags", "widget"],
    unless: RECIPE,
  },
  {
    kind: "adapter",
    keys: ["peft_type", "lora_alpha", "lora_r", "adapter"],
    unless: RECIPE,
  },
];

/** Says what files of mergekit's other programs are; undefined for recipes, and for what is nothing known. */
export function foreignDocuments(
  documents: readonly Document.Parsed[],
  span: (from: number, to: number) => TextSpan,
): Problem | undefined {
  const keys = documents.flatMap((document) => topKeys(document));
  for (const { kind, keys: telling, unless = [] } of FOREIGN) {
    const found = keys.find(({ key }) => telling.includes(key));
    if (found && !keys.some(({ key }) => unless.includes(key)))
      return foreign(kind, found.key, span(found.from, found.to));
  }
  return undefined;
}

function foreign(kind: ForeignKind, key: string, span: TextSpan): Problem {
  return readingProblem({ code: "recipe/foreign", severity: "error", facts: { kind, key }, span });
}

function topKeys({
  contents,
}: Document.Parsed): readonly { readonly key: string; readonly from: number; readonly to: number }[] {
  if (!isMap(contents)) return [];
  return contents.items.flatMap(({ key }: Pair) => {
    if (!isScalar(key) || !key.range) return [];
    return [{ key: inWords(key.value), from: key.range[0], to: key.range[1] }];
  });
}
