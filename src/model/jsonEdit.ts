import { inWords } from "../base/inWords";

/** A value to be set in a JSON text; all but the last key must lead to objects that are there. */
export interface JsonEdit {
  readonly path: readonly string[];
  /** `undefined` takes the key away. */
  readonly value: unknown;
}

/**
 * Sets or removes values in a JSON object's text and leaves everything else as it is written: `1e-06` stays `1e-06` and `10000.0`
 * stays a float, which some readers insist on. New keys go to the end of their object.
 * @param text a JSON object, already parsed once without error
 */
export function editJson(text: string, edits: readonly JsonEdit[]): string {
  return edits.reduce((edited, { path, value }) => setValue(edited, path, value), text);
}

function setValue(text: string, path: readonly string[], value: unknown): string {
  let at = skipSpace(text, 0);
  for (const [depth, key] of path.entries()) {
    if (text[at] !== "{") return text;
    const members = readMembers(text, at);
    // Of equal keys the last one counts, as for JSON.parse.
    const found = members.findLast((member) => member.key === key);
    if (depth < path.length - 1) {
      if (!found) return text;
      at = found.start;
      continue;
    }
    if (value === undefined) return remove(text, at, key);
    if (found)
      return text.slice(0, found.start) + format(value, indentAt(text, found.keyStart)) + text.slice(found.end);
    return append(text, at, members, key, value);
  }
  return text;
}

interface Member {
  readonly key: string;
  readonly keyStart: number;
  /** Of the value: [start, end). */
  readonly start: number;
  readonly end: number;
}

/** The members of the object that opens at `at`. */
function readMembers(text: string, at: number): readonly Member[] {
  const members: Member[] = [];
  let next = skipSpace(text, at + 1);
  while (text[next] === '"') {
    const keyEnd = skipString(text, next);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = skipValue(text, start);
    members.push({ key: inWords(JSON.parse(text.slice(next, keyEnd))), keyStart: next, start, end });
    const comma = skipSpace(text, end);
    if (text[comma] !== ",") break;
    next = skipSpace(text, comma + 1);
  }
  return members;
}

function append(text: string, object: number, members: readonly Member[], key: string, value: unknown): string {
  const last = members.at(-1);
  if (!last)
    return `${text.slice(0, object + 1)}${JSON.stringify(key)}: ${JSON.stringify(value)}${text.slice(object + 1)}`;
  const indent = indentAt(text, last.keyStart);
  const separator = indent === undefined ? ", " : `,\n${indent}`;
  const member = `${JSON.stringify(key)}: ${format(value, indent)}`;
  return text.slice(0, last.end) + separator + member + text.slice(last.end);
}

/** Takes a key away wherever it stands in the object that opens at `object`, with the comma and the blanks to its neighbour. */
function remove(text: string, object: number, key: string): string {
  const members = readMembers(text, object);
  const at = members.findIndex((member) => member.key === key);
  const [member, before, after] = [members[at], members[at - 1], members[at + 1]];
  if (!member) return text;
  const left = after
    ? text.slice(0, member.keyStart) + text.slice(after.keyStart)
    : text.slice(0, before?.end ?? member.keyStart) + text.slice(member.end);
  return remove(left, object, key);
}

/** The blanks before a key that begins its line; `undefined` where it does not. */
function indentAt(text: string, key: number): string | undefined {
  const line = text.slice(text.lastIndexOf("\n", key - 1) + 1, key);
  return text.includes("\n") && line.trim() === "" ? line : undefined;
}

function format(value: unknown, indent: string | undefined): string {
  if (indent === undefined) return JSON.stringify(value);
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${indent}`);
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (" \t\r\n".includes(text[next] ?? "x")) next++;
  return next;
}

function skipString(text: string, at: number): number {
  let next = at + 1;
  while (next < text.length && text[next] !== '"') next += text[next] === "\\" ? 2 : 1;
  return next + 1;
}

/** The end of the value that begins at `at`. Brackets are counted, not followed: depth costs nothing. */
function skipValue(text: string, at: number): number {
  let depth = 0;
  let next = at;
  while (next < text.length) {
    const char = text[next] ?? "";
    if (char === '"') {
      next = skipString(text, next);
    } else if (char === "{" || char === "[") {
      depth++;
      next++;
    } else if (char === "}" || char === "]") {
      depth--;
      next++;
    } else if (depth === 0) {
      while (next < text.length && !",]} \t\r\n".includes(text[next] ?? "")) next++;
    } else {
      next++;
    }
    if (depth === 0) return next;
  }
  return next;
}
