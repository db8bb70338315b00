import { type Alias, type Document, isAlias, isNode, type ParsedNode, visit } from "yaml";
import { fix } from "../problems/fixes";
import type { Problem, TextSpan } from "../problems/problem";
import { readingProblem } from "../problems/reading";

/** Aliases (`*name`) in one recipe. */
export const MAX_RECIPE_ALIASES = 1000;

/** What each alias stands for, and what is wrong with anchors and aliases. */
export interface Aliases {
  readonly targets: ReadonlyMap<unknown, ParsedNode>;
  readonly problems: readonly Problem[];
}

/** In one walk: an alias stands for the node before it that carries its name. */
export function resolveAliases(document: Document.Parsed, span: (from: number, to: number) => TextSpan): Aliases {
  const anchors = new Map<string, ParsedNode>();
  const targets = new Map<unknown, ParsedNode>();
  const problems: Problem[] = [];
  let aliases = 0;
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        aliases++;
        const target = anchors.get(node.source);
        if (target && holds(target, node)) problems.push(cycle(node, span));
        else if (target) targets.set(node, target);
        else problems.push(unknownAlias(node, span));
      } else if (isNode(node) && node.anchor) {
        const { anchor, range } = node as ParsedNode;
        if (anchors.has(node.anchor)) problems.push(repeatedAnchor(anchor ?? "", span(range[0], range[0] + 1)));
        anchors.set(node.anchor, node as ParsedNode);
      }
    },
  });
  return { targets, problems: aliases > MAX_RECIPE_ALIASES ? [tooMany(aliases, span(0, 0))] : problems };
}

function holds({ range: [start, , end] }: ParsedNode, { range }: Alias): boolean {
  return range !== undefined && range !== null && range[0] > start && range[0] < end;
}

/** A value inside of itself has no end: mergekit's loader builds it, and nothing can be done with it. */
function cycle({ source, range }: Alias, span: (from: number, to: number) => TextSpan): Problem {
  return readingProblem({
    code: "recipe/alias-cycle",
    severity: "error",
    facts: { name: source },
    span: span(range?.[0] ?? 0, range?.[1] ?? 0),
  });
}

/** Left alone, `filter: *mlp*` would say nothing at all. */
function unknownAlias({ source, range }: Alias, span: (from: number, to: number) => TextSpan): Problem {
  const at = span(range?.[0] ?? 0, range?.[1] ?? 0);
  return readingProblem({
    code: "recipe/unknown-alias",
    severity: "error",
    facts: { name: source },
    span: at,
    fix: fix({ from: at.from, to: at.to, insert: `"*${source}"` }, "fix/quote"),
  });
}

function repeatedAnchor(name: string, span: TextSpan): Problem {
  return readingProblem({
    code: "recipe/repeated-anchor",
    severity: "error",
    facts: { name },
    span,
  });
}

function tooMany(found: number, span: TextSpan): Problem {
  return readingProblem({
    code: "recipe/too-many-aliases",
    severity: "error",
    facts: { found, limit: MAX_RECIPE_ALIASES },
    span,
  });
}
