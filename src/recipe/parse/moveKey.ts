import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, visit } from "yaml";
import type { TextEdit } from "../problems/fixes";
import { deleteIn, type Path, setIn, type Value } from "../text/edit/editText";
import { plainScalar } from "../text/plainScalar";
import { readSyntax } from "../text/syntax";

/** A value, and where it should stand. */
export interface Move {
  readonly from: Path;
  readonly to: Path;
}

/**
 * The edit that moves values to their places, and takes away a list item that is left with nothing; undefined where it is not sure:
 * something stands there already, or a value has a mark or an alias in it, or is written as YAML reads it and mergekit does not.
 */
export function moveEdit(text: string, moves: readonly Move[], emptied: Path | undefined): TextEdit | undefined {
  const { document } = readSyntax(text);
  if (!document) return undefined;
  let moved = text;
  for (const { from, to } of moves) {
    const node = document.getIn(from, true);
    const value = isNode(node) ? plainValue(node, document) : undefined;
    if (value === undefined || document.hasIn(to)) return undefined;
    moved = setIn(emptied ? moved : deleteIn(moved, from), to, value);
  }
  return difference(text, emptied ? deleteIn(moved, emptied) : moved);
}

/** The path to the key, or to the item of a list, that begins at an offset. */
export function pathAt(document: Document.Parsed, offset: number): Path | undefined {
  const walk = (node: unknown, path: Path): Path | undefined => {
    for (const { key, start, value } of stepsOf(node)) {
      if (start === offset) return [...path, key];
      const below = covers(value, offset) ? walk(value, [...path, key]) : undefined;
      if (below) return below;
    }
    return undefined;
  };
  return walk(document.contents, []);
}

/** What can be stepped to from a mapping or a list, and where it begins. */
function stepsOf(node: unknown): { key: string | number; start: number | undefined; value: unknown }[] {
  if (isSeq(node)) return node.items.map((value, key) => ({ key, start: startOf(value), value }));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) =>
    isScalar(key) && typeof key.value === "string" ? [{ key: key.value, start: startOf(key), value }] : [],
  );
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function covers(node: unknown, offset: number): boolean {
  return isNode(node) && !!node.range && node.range[0] <= offset && offset < node.range[2];
}

function plainValue(node: Node, document: Document.Parsed): Value | undefined {
  let sure = true;
  visit(node, {
    Node(_, inner) {
      if (isAlias(inner) || (isNode(inner) && inner.anchor)) sure = false;
      if (isScalar(inner) && inner.type === "PLAIN" && plainScalar(inner.source ?? "") !== inner.value) sure = false;
    },
  });
  return sure ? (node.toJS(document) as Value) : undefined;
}

/** Two texts as the one edit between what they begin and end with alike. */
function difference(before: string, after: string): { from: number; to: number; insert: string } | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let end = 0;
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
