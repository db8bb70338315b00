import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
  type YAMLSeq,
  Document as YamlDocument,
} from "yaml";
import { inWrittenDocument } from "../documents";
import { readSyntax } from "../syntax";
import { anchorsOf, clearPath } from "./clearPath";
import { writeAnew } from "./writeAnew";

/** Keys and list positions that lead to a place in a YAML document. */
export type Path = readonly (string | number)[];
/** What an edit can write. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/**
 * Sets the value at a path, making the mappings that lead there, and leaves every other character as it is: comments, blank
 * lines, quotes, order. Where that cannot be done on the text itself (aliases in the way), the document is written anew, and
 * comments still survive. Text that is no mapping in YAML stays unchanged.
 */
export function setIn(text: string, path: Path, value: Value): string {
  return inWrittenDocument(text, (recipe) => setInRecipe(recipe, path, value));
}

function setInRecipe(text: string, path: Path, value: Value): string {
  return edited(
    clearPath(text, path, "replaced"),
    path,
    (clear, document) => spliceForSet(clear, document, path, value),
    (document) => setInDocument(document, path, value),
  );
}

/** Removes what is at a path, and the mapping around it if nothing is left in it. */
export function deleteIn(text: string, path: Path): string {
  return inWrittenDocument(text, (recipe) => deleteInRecipe(recipe, path));
}

function deleteInRecipe(text: string, path: Path): string {
  const clear = clearPath(text, path, "replaced");
  if (!readSyntax(clear).document?.hasIn(path)) return text;
  return edited(
    clear,
    path,
    (_, document) => spliceForDelete(clear, document, emptiedBy(document, path)),
    (document) => document.deleteIn(emptiedBy(document, path)),
  );
}

/** Adds an item to the list at a path, which is made if it is not there. */
export function appendIn(text: string, path: Path, item: Value): string {
  return inWrittenDocument(text, (recipe) => appendInRecipe(recipe, path, item));
}

function appendInRecipe(text: string, path: Path, item: Value): string {
  const clear = clearPath(text, path, "changed");
  const list = readSyntax(clear).document?.getIn(path, true);
  if (!isSeq(list) || list.items.length === 0) return setIn(clear, path, [item]);
  return edited(
    clear,
    path,
    () => spliceForAppend(clear, list, item),
    (document) => document.addIn(path, document.createNode(item)),
  );
}

/** Adds an item before the others of the list at a path, which has some. */
export function prependIn(text: string, path: Path, item: Value): string {
  return inWrittenDocument(text, (recipe) => prependInRecipe(recipe, path, item));
}

function prependInRecipe(text: string, path: Path, item: Value): string {
  const clear = clearPath(text, path, "changed");
  const list = readSyntax(clear).document?.getIn(path, true);
  if (!isSeq(list) || list.items.length === 0) return setIn(clear, path, [item]);
  return edited(
    clear,
    path,
    () => spliceForPrepend(clear, list, item),
    (document) => {
      const there = document.getIn(path, true);
      if (isSeq(there)) there.items.unshift(document.createNode(item));
    },
  );
}

/** Text to be put in the place of [from, to). */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Makes the change on the text and accepts it only if it means the same as the change on the document. */
function edited(
  text: string,
  path: Path,
  onText: (text: string, document: Document.Parsed) => Splice | undefined,
  onDocument: (document: Document.Parsed) => void,
): string {
  const { document } = readSyntax(text);
  const wanted = readSyntax(text).document;
  if (!document || !wanted || !canHold(document.contents, path[0])) return text;
  onDocument(wanted);
  keepAliases(wanted, anchorsOf(document));
  const change = onText(text, document);
  const result = change && text.slice(0, change.from) + change.insert + text.slice(change.to);
  const got = result === undefined ? undefined : readSyntax(result).document;
  if (result !== undefined && got && meaning(got.contents) === meaning(wanted.contents)) return result;
  return writeAnew(wanted, text);
}

/** What a document says, as text to be compared. Aliases stay what they are: unfolded, they could grow without end. */
function meaning(contents: unknown): string {
  const plain = (node: unknown): unknown => {
    if (isAlias(node)) return { alias: node.source };
    if (isMap(node)) return { pairs: node.items.map((pair) => [plain(pair.key), plain(pair.value)]) };
    if (isSeq(node)) return node.items.map(plain);
    const value = isScalar(node) ? node.value : node;
    return typeof value === "number" || typeof value === "symbol" || value instanceof Date ? String(value) : value;
  };
  return JSON.stringify(plain(contents));
}

/** Where an edit took away what aliases stand for, the first of them becomes that. */
function keepAliases(edited: Document.Parsed, anchors: ReadonlyMap<string, Node>): void {
  const marked = new Set<string>();
  visit(edited, {
    Node(_, node) {
      if (isAlias(node) && !marked.has(node.source)) return anchors.get(node.source)?.clone() as Node | undefined;
      if (isNode(node) && !isAlias(node) && node.anchor) marked.add(node.anchor);
      return undefined;
    },
  });
}

/** Whether a key can lead on from a node. */
function canHold(node: unknown, key: string | number | undefined): boolean {
  const nothing = node === null || (isScalar(node) && node.value === null);
  return nothing || isMap(node) || (isSeq(node) && typeof key === "number");
}

function spliceForSet(text: string, document: Document.Parsed, path: Path, value: Value): Splice | undefined {
  let node: unknown = document.contents;
  if (node === null || (isScalar(node) && node.value === null)) {
    const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    return { from: 0, to: text.length, insert: before + block(nest(path, value), "", newlineOf(text)) };
  }
  for (const [depth, key] of path.entries()) {
    if (isAlias(node) || !isCollection(node)) return undefined;
    const rest = path.slice(depth + 1);
    const pair = isMap(node) ? findPair(node, key) : undefined;
    const next = isSeq(node) && typeof key === "number" ? node.items[key] : pair?.value;
    const empty = next === undefined || next === null || (isScalar(next) && next.value === null);
    if (!empty && rest.length > 0) {
      node = next;
      continue;
    }
    if (isMap(node) && !pair) return insertPair(text, node, String(key), nest(rest, value));
    if (pair) return replaceValue(text, pair, nest(rest, value));
    const range = isNode(next) ? next.range : undefined;
    return range ? { from: range[0], to: contentEnd(text, next), insert: flow(nest(rest, value)) } : undefined;
  }
  return undefined;
}

/** A value of a mapping. Scalars and flow collections are replaced in place, what spans lines from the key on. */
function replaceValue(text: string, pair: Pair, value: Value): Splice | undefined {
  const keyRange = isNode(pair.key) ? pair.key.range : undefined;
  if (!keyRange) return undefined;
  const colon = text.indexOf(":", keyRange[1]) + 1;
  const old = pair.value;
  const range = isNode(old) ? old.range : undefined;
  const inPlace = (isScalar(old) && old.source !== "" && old.value !== null) || (isCollection(old) && old.flow);
  if (range && inPlace) {
    return { from: range[0], to: contentEnd(text, old), insert: flow(value) };
  }
  const end = range && isCollection(old) ? contentEnd(text, old) : colon;
  return { from: colon, to: end, insert: ` ${flow(value)}` };
}

function insertPair(text: string, map: YAMLMap, key: string, value: Value): Splice | undefined {
  const last = map.items.at(-1);
  if (map.flow) {
    const pair = `${flow(key)}: ${flow(value)}`;
    if (!map.range) return undefined;
    const at = last ? contentEnd(text, last) : map.range[0] + 1;
    return { from: at, to: at, insert: last ? `, ${pair}` : pair };
  }
  const first = map.items[0]?.key;
  if (!last || !isNode(first) || !first.range) return undefined;
  return insertLine(
    text,
    contentEnd(text, last),
    block({ [key]: value }, columnBlanks(text, first.range[0]), newlineOf(text)),
  );
}

function spliceForAppend(text: string, list: YAMLSeq, item: Value): Splice | undefined {
  const last = list.items.at(-1);
  if (!list.range || !isNode(last)) return undefined;
  const end = contentEnd(text, last);
  if (list.flow) return { from: end, to: end, insert: `, ${flow(item)}` };
  return insertLine(text, end, block([item], columnBlanks(text, list.range[0]), newlineOf(text)));
}

function spliceForPrepend(text: string, list: YAMLSeq, item: Value): Splice | undefined {
  const at = contentStart(text, list.items[0], !list.flow);
  if (at === undefined) return undefined;
  if (list.flow) return { from: at, to: at, insert: `${flow(item)}, ` };
  const indent = columnBlanks(text, at);
  // The first dash may share its line with a key or another dash: what is put before it ends with its indentation.
  return { from: at, to: at, insert: block([item], indent, newlineOf(text)).trimStart() + indent };
}

/** Puts whole lines after the line that holds `at`. */
function insertLine(text: string, at: number, lines: string): Splice {
  const lineEnd = text.indexOf("\n", at);
  if (lineEnd >= 0) return { from: lineEnd + 1, to: lineEnd + 1, insert: lines };
  return { from: text.length, to: text.length, insert: newlineOf(text) + lines };
}

function spliceForDelete(text: string, document: Document.Parsed, path: Path): Splice | undefined {
  const key = path.at(-1);
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (key === undefined || !isCollection(parent)) return undefined;
  const items: readonly unknown[] = parent.items;
  const item = isMap(parent) ? findPair(parent, key) : items[Number(key)];
  const at = items.indexOf(item);
  const start = contentStart(text, item, isSeq(parent) && !parent.flow);
  if (start === undefined) return undefined;
  const end = contentEnd(text, item);
  if (parent.flow) {
    const next = contentStart(text, items[at + 1], false);
    if (next !== undefined) return { from: start, to: next, insert: "" };
    const before = at > 0 ? contentEnd(text, items[at - 1]) : start;
    return { from: before, to: end, insert: "" };
  }
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", end);
  if (text.slice(lineStart, start).trim() !== "") return undefined; // shares its line with a dash
  return { from: lineStart, to: lineEnd < 0 ? text.length : lineEnd + 1, insert: "" };
}

/** The path whose removal leaves no empty mapping behind. */
function emptiedBy(document: Document.Parsed, path: Path): Path {
  let emptied = path;
  while (emptied.length > 1) {
    const parent = document.getIn(emptied.slice(0, -1), true);
    if (!isMap(parent) || parent.items.length > 1) break;
    emptied = emptied.slice(0, -1);
  }
  return emptied;
}

/** Mappings on the way are made as one value: left to itself, YAML 1.1 would make them ordered maps (`!!omap`). */
function setInDocument(document: Document.Parsed, path: Path, value: Value): void {
  const missing = path.findIndex((_, at) => {
    const node = document.getIn(path.slice(0, at + 1), true);
    return !isCollection(node) || !canHold(node, path[at + 1]);
  });
  const there = isCollection(document.contents) ? path.slice(0, missing < 0 ? path.length : missing + 1) : [];
  document.setIn(there, document.createNode(nest(path.slice(there.length), value)));
}

function findPair(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.findLast((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** Where an item begins: at its key, or at the dash before it. */
function contentStart(text: string, item: unknown, dash: boolean): number | undefined {
  const node = isPairLike(item) ? item.key : item;
  const range = isNode(node) ? node.range : undefined;
  if (!range) return undefined;
  return dash ? text.lastIndexOf("-", range[0] - 1) : range[0];
}

/** Where the last visible character of a node or pair ends; comments after it are not part of it. */
function contentEnd(text: string, item: unknown): number {
  if (isPairLike(item)) {
    const key = contentEnd(text, item.key);
    const colon = text.indexOf(":", key) + 1;
    return Math.max(colon, contentEnd(text, item.value));
  }
  if (!isNode(item) || !item.range) return 0;
  if (isCollection(item) && !item.flow && item.items.length > 0) return contentEnd(text, item.items.at(-1));
  const [start, end] = item.range;
  return start + text.slice(start, end).trimEnd().length;
}

function isPairLike(item: unknown): item is Pair<Node | null, Node | null> {
  return typeof item === "object" && item !== null && "key" in item && "value" in item;
}

/** Blanks up to the column of an offset: the indentation of what stands there, also after a dash. */
function columnBlanks(text: string, at: number): string {
  return " ".repeat(at - (text.lastIndexOf("\n", at - 1) + 1));
}

function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function nest(path: Path, value: Value): Value {
  return path.reduceRight<Value>((inner, key) => ({ [key]: inner }), value);
}

/** On one line, in a form that is right inside brackets and outside. */
function flow(value: Value): string {
  if (typeof value === "number") return number(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${flow(key)}: ${flow(inner)}`)
      .join(", ")}}`;
  }
  const document = new YamlDocument([value], { version: "1.1" });
  if (isSeq(document.contents)) document.contents.flow = true;
  const line = document.toString({ lineWidth: 0, flowCollectionPadding: false, directives: false }).trim();
  return line.slice(1, -1);
}

/** `1e-7` would be text to mergekit's loader; `1.0e-7` is a number. */
function number(value: number): string {
  return String(value).replace(/^(-?\d+)e/, "$1.0e");
}

/** As lines, indented, each with its end. */
function block(value: Value, indent: string, newline: string): string {
  return `${lines(value)
    .map((line) => indent + line)
    .join(newline)}${newline}`;
}

function lines(value: Value): readonly string[] {
  if (Array.isArray(value) && value.some((item) => typeof item === "object")) {
    return value.flatMap((item) => lines(item).map((line, at) => (at === 0 ? `- ${line}` : `  ${line}`)));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [flow(value)];
  return Object.entries(value).flatMap(([key, inner]) => {
    const below = lines(inner);
    const nested = typeof inner === "object" && inner !== null && below.some((line) => /^- |^[^[{"']*: |:$/.test(line));
    return nested ? [`${flow(key)}:`, ...below.map((line) => `  ${line}`)] : [`${flow(key)}: ${below[0] ?? ""}`];
  });
}
