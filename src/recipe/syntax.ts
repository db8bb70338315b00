import { Composer, type CST, type Document, isAlias, isNode, LineCounter, type ParsedNode, Parser, visit } from "yaml";
import type { Problem, TextSpan } from "./problems";

/** A recipe longer than this is no recipe: the longest published stacks stay under a tenth of it. */
export const MAX_RECIPE_CHARS = 256 * 1024;
/** Collections inside collections. A recipe needs nine. */
export const MAX_RECIPE_DEPTH = 32;
/** Aliases (`*name`) in one recipe. */
export const MAX_RECIPE_ALIASES = 1000;

/** YAML text with places: what parsing and editing stand on. */
export interface Syntax {
  /** Absent when the text is not one readable YAML document. */
  readonly document?: Document.Parsed;
  readonly problems: readonly Problem[];
  /** The node an alias stands for; other nodes stand for themselves. */
  follow(node: unknown): unknown;
  span(from: number, to: number): TextSpan;
}

/**
 * Reads text as one YAML document: version 1.1 as mergekit does (`yes` is a boolean, `010` is 8, `<<` merges), or `failsafe`,
 * where every scalar is text. Never throws and takes time in proportion to the text: size, depth and aliases are capped before nodes are made.
 */
export function readSyntax(text: string, schema: "yaml-1.1" | "failsafe" = "yaml-1.1"): Syntax {
  const lines = new LineCounter();
  const span = (from: number, to: number): TextSpan => {
    const at = Math.max(0, Math.min(from, text.length));
    const { line, col } = lines.lineStarts.length > 0 ? lines.linePos(at) : { line: 1, col: 1 };
    return { line: Math.max(1, line), column: Math.max(1, col), from: at, to: Math.max(at, Math.min(to, text.length)) };
  };
  const problem = (code: string, message: string, facts: Problem["facts"], at: TextSpan): Problem => ({
    code,
    severity: "error",
    message,
    facts,
    span: at,
  });
  const stop = (...problems: Problem[]): Syntax => ({ problems, follow: (node) => node, span });

  if (text.length > MAX_RECIPE_CHARS) {
    const facts = { found: text.length, limit: MAX_RECIPE_CHARS };
    return stop(
      problem(
        "recipe/too-long",
        `The recipe has ${facts.found} characters; at most ${facts.limit} are read. Split it, or remove what is not a recipe.`,
        facts,
        span(0, 0),
      ),
    );
  }

  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const depth = depthOf(tokens);
  if (depth > MAX_RECIPE_DEPTH) {
    const facts = { found: depth, limit: MAX_RECIPE_DEPTH };
    return stop(
      problem(
        "recipe/too-deep",
        `The recipe nests ${facts.found} levels deep; at most ${facts.limit} are read, and a recipe needs fewer than ten. Look for brackets that were never closed.`,
        facts,
        span(0, 0),
      ),
    );
  }

  const composer = new Composer({ version: "1.1", schema, uniqueKeys: false, prettyErrors: false, lineCounter: lines });
  const documents = [...composer.compose(tokens, true, text.length)];
  const [document, second] = documents;
  if (second) {
    return stop(
      problem(
        "recipe/multiple-documents",
        "The text holds more than one recipe (documents separated by `---`). Keep one here, and run the others after it.",
        { documents: documents.length },
        span(second.range[0], second.range[0] + 3),
      ),
    );
  }
  if (!document) return stop();
  if (document.errors.length > 0) {
    return stop(
      ...document.errors
        .slice(0, MAX_SYNTAX_PROBLEMS)
        .map((error) =>
          problem(
            "recipe/yaml",
            `This is not valid YAML: ${error.message}.`,
            { reason: error.message },
            span(...error.pos),
          ),
        ),
    );
  }

  const { targets, aliases } = resolveAliases(document);
  if (aliases > MAX_RECIPE_ALIASES) {
    const facts = { found: aliases, limit: MAX_RECIPE_ALIASES };
    return stop(
      problem(
        "recipe/too-many-aliases",
        `The recipe uses ${facts.found} aliases; at most ${facts.limit} are followed. Write the values out.`,
        facts,
        span(0, 0),
      ),
    );
  }
  return { document, problems: [], follow: (node) => (isAlias(node) ? targets.get(node) : node), span };
}

/** More would only repeat the first. */
const MAX_SYNTAX_PROBLEMS = 5;

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

/** In one walk: an alias stands for the last node before it that carries its name, and never for another alias. */
function resolveAliases(document: Document.Parsed) {
  const anchors = new Map<string, ParsedNode>();
  const targets = new Map<unknown, ParsedNode>();
  let aliases = 0;
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        aliases++;
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (isNode(node) && node.anchor) {
        anchors.set(node.anchor, node as ParsedNode);
      }
    },
  });
  return { targets, aliases };
}
