import { Composer, type CST, type Document, isAlias, isMap, LineCounter, Parser } from "yaml";
import type { Problem, TextSpan } from "../problems/problem";
import { readingProblem } from "../problems/reading";
import { resolveAliases } from "./aliases";
import { characterProblem } from "./characters";
import { MAX_DOCUMENTS } from "./documents";
import { foreignDocuments, pastedProblem } from "./pasted";
import { wideMarks } from "./wideMarks";
import { MAX_YAML_PROBLEMS, yamlProblems } from "./yamlErrors";

/** A recipe longer than this is no recipe: the longest published stacks stay under a tenth of it. */
export const MAX_RECIPE_CHARS = 256 * 1024;
/** Collections inside collections. A recipe needs nine. */
export const MAX_RECIPE_DEPTH = 32;

/** YAML text with places: what parsing and editing stand on. */
export interface Syntax {
  /** Absent when the text is not one readable YAML document. */
  readonly document?: Document.Parsed;
  readonly problems: readonly Problem[];
  /** The node an alias stands for; other nodes stand for themselves. */
  follow(node: unknown): unknown;
  span(from: number, to: number): TextSpan;
}

/** Line ends of YAML 1.1 that are none to the parser. One character for one: places in the text stay what they are. */
const OTHER_LINE_ENDS = /\r(?!\n)|[\x85\u2028\u2029]/g;

/**
 * Reads text as one YAML document: version 1.1 as mergekit does (`yes` is a boolean, `010` is 8, `<<` merges), or `failsafe`,
 * where every scalar is text. What mergekit's loader refuses is refused here. Never throws and takes time in proportion to the text:
 * size, depth and aliases are capped before nodes are made.
 */
export function readSyntax(text: string, schema: "yaml-1.1" | "failsafe" = "yaml-1.1"): Syntax {
  const source = text.length > MAX_RECIPE_CHARS ? "" : text.replace(OTHER_LINE_ENDS, "\n");
  const span = placesIn(source);
  const stop = (problems: readonly Problem[]): Syntax => ({ problems, follow: (node) => node, span });
  if (source.length < text.length) return stop([tooLong(text.length, span(0, 0))]);

  const character = characterProblem(source, span);
  if (character) return stop([character]);
  const wide = schema === "failsafe" ? undefined : wideMarks(source, span);
  if (wide) return stop([wide]);

  const tokens = tokensOf(source);
  const depth = depthOf(tokens);
  if (depth > MAX_RECIPE_DEPTH) return stop([tooDeep(depth, span(0, 0))]);

  const composer = new Composer({ version: "1.1", schema, uniqueKeys: false, prettyErrors: false });
  const documents = withoutStacks(() => [...composer.compose(tokens, true, source.length)]);
  const [document, second] = documents;
  const pasted = () => pastedProblem(source, span);
  if (second) {
    return stop([pasted() ?? multipleDocuments(documents.length, span(second.range[0], second.range[0] + 3))]);
  }
  if (!document) return stop([]);
  const tags = document.warnings.filter(({ code }) => code === "TAG_RESOLVE_FAILED");
  const errors = [...document.errors, ...tags];
  if (errors.length > 0) {
    const problem = pasted();
    return stop(problem ? [problem] : yamlProblems(errors, span));
  }
  const foreign = isMap(document.contents) ? foreignDocuments([document], span) : pasted();
  if (foreign) return stop([foreign]);

  const { targets, problems } = resolveAliases(document, span);
  if (problems.length > 0) return stop(problems);
  return { document, problems: [], follow: (node) => (isAlias(node) ? targets.get(node) : node), span };
}

/** Turns offsets into places. */
function placesIn(source: string): Syntax["span"] {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of source.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return (from, to) => {
    const at = Math.max(0, Math.min(from, source.length));
    const { line, col } = lines.linePos(at);
    return { line, column: col, from: at, to: Math.max(at, Math.min(to, source.length)) };
  };
}

/** What stands in the text, up to the first pieces that no YAML can hold: what comes after them is not looked at. */
function tokensOf(source: string): readonly CST.Token[] {
  const tokens: CST.Token[] = [];
  let broken = 0;
  for (const token of new Parser().parse(source)) {
    tokens.push(token);
    if (token.type === "error" && ++broken === MAX_YAML_PROBLEMS) break;
  }
  return tokens;
}

/** The reader makes an error object for every fault; to note where in the program each was made takes most of the time. */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Depth of the deepest collection. A loop with its own stack: hostile text nests deeper than calls can. */
function depthOf(tokens: readonly CST.Token[]): number {
  let deepest = 0;
  const stack: (readonly [CST.Token, number])[] = tokens.map((token) => [token, 0]);
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [token, depth] = top;
    deepest = Math.max(deepest, depth);
    if (token.type === "document" && token.value) stack.push([token.value, depth]);
    if (!("items" in token)) continue;
    for (const item of token.items) {
      if (item.key) stack.push([item.key, depth + 1]);
      if (item.value) stack.push([item.value, depth + 1]);
    }
  }
  return deepest;
}

function tooLong(found: number, span: TextSpan): Problem {
  return readingProblem({
    code: "recipe/too-long",
    severity: "error",
    facts: { found, limit: MAX_RECIPE_CHARS },
    span,
  });
}

function tooDeep(found: number, span: TextSpan): Problem {
  return readingProblem({
    code: "recipe/too-deep",
    severity: "error",
    facts: { found, limit: MAX_RECIPE_DEPTH },
    span,
  });
}

function multipleDocuments(documents: number, span: TextSpan): Problem {
  return readingProblem({
    code: "recipe/multiple-documents",
    severity: "error",
    facts: { documents, limit: MAX_DOCUMENTS },
    span,
  });
}
