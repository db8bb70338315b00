import { type Alias, type Document, isAlias, isNode, type ParsedNode, visit } from "yaml";
import type { Problem, TextSpan } from "../problems";

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
  return {
    code: "recipe/alias-cycle",
    severity: "error",
    message: `\`*${source}\` stands inside of what \`&${source}\` marks: the value would hold itself, without end. Write out what is meant here, or remove it.`,
    facts: { name: source },
    span: span(range?.[0] ?? 0, range?.[1] ?? 0),
  };
}

/** Left alone, `filter: *mlp*` would say nothing at all. */
function unknownAlias({ source, range }: Alias, span: (from: number, to: number) => TextSpan): Problem {
  const at = span(range?.[0] ?? 0, range?.[1] ?? 0);
  return {
    code: "recipe/unknown-alias",
    severity: "error",
    message: `\`*${source}\` stands for what \`&${source}\` marks, but no such mark comes before it. Put text that begins with \`*\` in quotes.`,
    facts: { name: source },
    span: at,
    fix: { label: "Put it in quotes", from: at.from, to: at.to, insert: `"*${source}"` },
  };
}

function repeatedAnchor(name: string, span: TextSpan): Problem {
  return {
    code: "recipe/repeated-anchor",
    severity: "error",
    message: `\`&${name}\` marks a second place, which mergekit does not read. Give this one and its aliases another name.`,
    facts: { name },
    span,
  };
}

function tooMany(found: number, span: TextSpan): Problem {
  return {
    code: "recipe/too-many-aliases",
    severity: "error",
    message: `The recipe uses ${found} aliases; at most ${MAX_RECIPE_ALIASES} are followed. Write the values out.`,
    facts: { found, limit: MAX_RECIPE_ALIASES },
    span,
  };
}
