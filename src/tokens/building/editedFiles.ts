import { isObject, type UnknownObject } from "../../formats/json";
import { parsePythonJson } from "../../formats/pythonJson";
import { editJson, type JsonEdit } from "../../model/jsonEdit";
import type { OutputTokens } from "./outputTokens";
import { idEdits, type NewIds } from "./specialIds";

type Change = Pick<OutputTokens, "limit" | "added">;

/** What is done to a tokenizer's file, as plain data. All else in it stays as it is written. */
export type TokenFileEdit =
  /** `tokenizer.json` */
  | ({ readonly kind: "definition" } & Change)
  /** `tokenizer_config.json`; a template is put into it as well. */
  | ({ readonly kind: "settings"; readonly template?: string } & Change)
  /** `added_tokens.json` */
  | ({ readonly kind: "added" } & Change)
  /** `generation_config.json` */
  | { readonly kind: "ids"; readonly ids: NewIds };

/**
 * The text of a tokenizer's file with an edit made.
 * @param text a JSON object; of a file that is not there, `{}`
 */
export function editedFile(text: string, edit: TokenFileEdit): string {
  switch (edit.kind) {
    case "definition":
      return editJson(text, [...definitionEdits(parsed(text), edit)]);
    case "settings":
      return editJson(text, [...settingsEdits(parsed(text), edit)]);
    case "added":
      return `${JSON.stringify(addedIds(parsed(text), edit), null, 2)}\n`;
    default:
      return editJson(text, idEdits(parsed(text), edit.ids));
  }
}

function parsed(text: string): UnknownObject {
  const value: unknown = parsePythonJson(text);
  return isObject(value) ? value : {};
}

function* definitionEdits({ added_tokens: listed, model }: UnknownObject, change: Change): Generator<JsonEdit> {
  const before = (Array.isArray(listed) ? listed.filter(isObject) : []).filter(({ id }) => isKept(id, change));
  const after = [...before, ...change.added].sort((a, b) => Number(a.id) - Number(b.id));
  if (change.limit !== undefined && isObject(model)) {
    const { vocab, merges } = model;
    const gone = new Set<string>();
    if (Array.isArray(vocab)) {
      yield { path: ["model", "vocab"], value: vocab.slice(0, change.limit) };
    } else if (isObject(vocab)) {
      for (const [token, id] of Object.entries(vocab)) if (!isKept(id, change)) gone.add(token);
      const kept = Object.entries(vocab).filter(([token]) => !gone.has(token));
      yield { path: ["model", "vocab"], value: Object.fromEntries(kept) };
    }
    if (Array.isArray(merges) && gone.size > 0) {
      const isWhole = (merge: unknown) => piecesOf(merge).every((piece) => !gone.has(piece));
      yield { path: ["model", "merges"], value: merges.filter(isWhole) };
    }
  }
  yield { path: ["added_tokens"], value: after };
}

/** Both are spelled `"a b"` or `["a", "b"]`; what they come to must be there as well. */
function piecesOf(merge: unknown): readonly string[] {
  const pieces: readonly unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
  const texts = pieces.filter((piece) => typeof piece === "string");
  return [...texts, texts.join("")];
}

/** Where the settings list added tokens, as transformers wrote them before version 5, they list the new ones as well. */
function* settingsEdits(
  { added_tokens_decoder: listed }: UnknownObject,
  edit: Change & { readonly template?: string },
): Generator<JsonEdit> {
  if (isObject(listed)) {
    const before = Object.entries(listed).filter(([id]) => isKept(Number(id), edit));
    const after = edit.added.map(({ id, content, ...flags }) => [String(id), { content, ...flags }] as const);
    yield { path: ["added_tokens_decoder"], value: Object.fromEntries([...before, ...after]) };
  }
  if (edit.template !== undefined) yield { path: ["chat_template"], value: edit.template };
}

function addedIds(listed: UnknownObject, edit: Change): Readonly<Record<string, number>> {
  const before = Object.entries(listed).filter((entry): entry is [string, number] => isKept(entry[1], edit));
  return Object.fromEntries([...before, ...edit.added.map(({ content, id }) => [content, id] as const)]);
}

function isKept(id: unknown, { limit }: Change): id is number {
  return typeof id === "number" && (limit === undefined || id < limit);
}
