import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, Pair, visit, type YAMLMap } from "yaml";
import { readSyntax } from "../syntax";
import { writeAnew } from "./writeAnew";

/** Merge keys inside merged mappings. */
const MAX_MERGES = 16;

type Follow = (node: unknown) => unknown;

/**
 * The text with nothing in the way of an edit at a path: what an alias or a merge key (`<<`) lends to it is written out there, so
 * that the edit changes this place alone and loses nothing; of keys that stand twice the last, which counts, is left.
 * @param end whether what the path leads to is changed itself (a list that gets an item) or replaced
 * @returns the same text where the path is clear or leads nowhere
 */
export function clearPath(text: string, path: readonly (string | number)[], end: "changed" | "replaced"): string {
  const { document } = readSyntax(text);
  if (!document) return text;
  const anchors = anchorsOf(document);
  const follow: Follow = (node) => (isAlias(node) ? anchors.get(node.source) : node);
  let cleared = false;
  let node: unknown = document.contents;
  for (const [at, key] of path.entries()) {
    if (isMap(node)) cleared = dropRepeated(node, key) || cleared;
    if (at === path.length - 1 && end === "replaced") break;
    const own = isMap(node) ? pairOf(node, key) : undefined;
    const value = isMap(node)
      ? (own?.value ?? mergedValue(node, key, follow, 0))
      : isSeq(node) && node.items[Number(key)];
    const target = follow(value);
    if (!isNode(target)) break;
    if (isAlias(value) || (isMap(node) && !own)) {
      const copy = copyOf(target);
      if (own) own.value = copy;
      else if (isMap(node)) node.items.push(new Pair(document.createNode(key), copy));
      else if (isSeq(node)) node.items[Number(key)] = copy;
      cleared = true;
      node = copy;
    } else node = value;
  }
  return cleared ? writeAnew(document, text) : text;
}

/** The nodes that aliases can stand for, by name. */
export function anchorsOf(document: Document.Parsed): ReadonlyMap<string, Node> {
  const anchors = new Map<string, Node>();
  visit(document, {
    Node(_, node) {
      if (isNode(node) && !isAlias(node) && node.anchor) anchors.set(node.anchor, node);
    },
  });
  return anchors;
}

function pairOf(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.findLast((pair) => isScalar(pair.key) && pair.key.value === key);
}

function dropRepeated(map: YAMLMap, key: string | number): boolean {
  const last = pairOf(map, key);
  const kept = map.items.filter((pair) => pair === last || !isScalar(pair.key) || pair.key.value !== key);
  if (kept.length === map.items.length) return false;
  map.items = kept;
  return true;
}

/** What merge keys give a mapping under a key that it has not itself. */
function mergedValue(map: YAMLMap, key: string | number, follow: Follow, depth: number): unknown {
  if (depth > MAX_MERGES) return undefined;
  for (const pair of map.items) {
    if (!isScalar(pair.key) || typeof pair.key.value !== "symbol") continue;
    const target = follow(pair.value);
    for (const source of isSeq(target) ? target.items.map(follow) : [target]) {
      if (!isMap(source)) continue;
      const value = pairOf(source, key)?.value ?? mergedValue(source, key, follow, depth + 1);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/** A copy that marks no place of its own; its aliases still stand for what they did. */
function copyOf(node: Node): Node {
  const copy = node.clone() as Node;
  visit(copy, {
    Node(_, inner) {
      if (isNode(inner) && !isAlias(inner)) delete inner.anchor;
    },
  });
  return copy;
}
