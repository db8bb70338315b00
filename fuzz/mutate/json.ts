import { isObject } from "../../src/formats/json";
import type { Random } from "../random";
import { ODD_NAMES, ODD_NUMBERS, ODD_VALUES } from "./odd";

/** JSON as it may stand in a file: names may repeat, and a scalar is its text, which need not be JSON. */
export type Json =
  | { readonly kind: "object"; readonly members: readonly (readonly [name: string, value: Json])[] }
  | { readonly kind: "list"; readonly items: readonly Json[] }
  | { readonly kind: "text"; readonly text: string };

export function jsonOf(value: unknown): Json {
  if (Array.isArray(value)) return { kind: "list", items: value.map(jsonOf) };
  if (isObject(value)) {
    return { kind: "object", members: Object.entries(value).map(([name, inner]) => [name, jsonOf(inner)] as const) };
  }
  return { kind: "text", text: JSON.stringify(value) ?? "null" };
}

export interface JsonSources {
  /** Names and values that mean something there, as text of JSON. */
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** Characters that one change may add by copying: copies of copies would soon be all that an input is. */
const MOST_COPIED = 200_000;

/** About how long something is as text. */
const charactersOf = (value: unknown): number => JSON.stringify(value)?.length ?? 1;

/** JSON with one to a few changes: members and items taken out, doubled, moved; names and values replaced. */
export function mutateJson(random: Random, json: Json, sources: JsonSources): Json {
  let changed = json;
  for (let left = 1 + random.few(5); left > 0; left--) changed = within(random, changed, sources, json);
  return changed;
}

/** Changes one place: mostly far inside. */
function within(random: Random, json: Json, sources: JsonSources, whole: Json): Json {
  if (json.kind === "text" || random.oneIn(6)) return replaced(random, json, sources, whole);
  const list: readonly unknown[] = json.kind === "object" ? json.members : json.items;
  if (list.length === 0 || random.oneIn(5)) return changedCollection(random, json, sources, whole);
  const at = random.below(list.length);
  if (json.kind === "object") {
    return {
      kind: "object",
      members: json.members.map((member, index) =>
        index === at ? changedMember(random, member, sources, whole) : member,
      ),
    };
  }
  return {
    kind: "list",
    items: json.items.map((item, index) => (index === at ? within(random, item, sources, whole) : item)),
  };
}

function changedMember(random: Random, [name, value]: readonly [string, Json], sources: JsonSources, whole: Json) {
  if (!random.oneIn(6)) return [name, within(random, value, sources, whole)] as const;
  return [random.pick(random.oneIn(2) ? ODD_NAMES : sources.names), value] as const;
}

function changedCollection(random: Random, json: Json, sources: JsonSources, whole: Json): Json {
  if (json.kind === "text") return json;
  const fresh = replaced(random, json, sources, whole);
  if (json.kind === "object") {
    const member = [random.pick(random.oneIn(3) ? ODD_NAMES : sources.names), fresh] as const;
    return { kind: "object", members: changedList(random, json.members, member) };
  }
  return { kind: "list", items: changedList(random, json.items, fresh) };
}

function changedList<T>(random: Random, list: readonly T[], fresh: T): readonly T[] {
  const at = random.below(list.length + 1);
  switch (random.below(6)) {
    case 0:
      return list.toSpliced(at, 1);
    case 1:
      return list.toSpliced(at, 0, fresh);
    case 2:
      return list.toSpliced(at, 0, ...list.slice(at, at + 1));
    case 3:
      return list.toReversed();
    case 4: {
      const one = list[at] ?? fresh;
      const copies = random.oneIn(8) ? 2000 : random.below(20);
      const most = Math.ceil(MOST_COPIED / charactersOf(one));
      return list.toSpliced(at, 0, ...random.list(Math.min(copies, most), () => one));
    }
    default:
      return list.slice(0, at);
  }
}

function replaced(random: Random, json: Json, { values }: JsonSources, whole: Json): Json {
  switch (random.below(8)) {
    case 0:
    case 1:
      return { kind: "text", text: random.pick(ODD_NUMBERS) };
    case 2:
      return { kind: "text", text: random.pick(ODD_VALUES) };
    case 3:
      return { kind: "text", text: JSON.stringify(random.pick(ODD_NAMES)) };
    case 4:
      return inside(random, whole);
    case 5: {
      const depth = random.oneIn(10) ? random.below(20_000) : random.below(12);
      return {
        kind: "text",
        text: random.oneIn(2) ? "[".repeat(depth) + "]".repeat(depth) : `${'{"a":'.repeat(depth)}0${"}".repeat(depth)}`,
      };
    }
    case 6:
      return { kind: "list", items: [json] };
    default:
      return { kind: "text", text: random.pick(values) };
  }
}

/** A piece of the whole. */
function inside(random: Random, json: Json): Json {
  let found = json;
  while (!random.oneIn(3)) {
    const list =
      found.kind === "object" ? found.members.map(([, value]) => value) : found.kind === "list" ? found.items : [];
    if (list.length === 0) break;
    found = random.pick(list);
  }
  return found;
}

/** As text, laid out in one of the ways in which files are. */
export function printJson(random: Random, json: Json): string {
  const style = random.below(12);
  const text = print(
    json,
    style === 0 ? ", " : ",",
    style === 1 ? " : " : style === 2 ? "\r\n:" : ":",
    random,
    style === 3,
  );
  if (random.oneIn(60)) return `\ufeff${text}`;
  return style === 4 ? `${text}\n` : style === 5 ? `\n ${text}` : text;
}

function print(json: Json, comma: string, colon: string, random: Random, escaped: boolean): string {
  if (json.kind === "text") return json.text;
  if (json.kind === "list")
    return `[${json.items.map((item) => print(item, comma, colon, random, escaped)).join(comma)}]`;
  const name = (text: string) =>
    escaped && text.length > 0 && random.oneIn(2)
      ? `"\\u${text.charCodeAt(0).toString(16).padStart(4, "0")}${JSON.stringify(text.slice(1)).slice(1)}`
      : JSON.stringify(text);
  return `{${json.members.map(([key, value]) => name(key) + colon + print(value, comma, colon, random, escaped)).join(comma)}}`;
}
