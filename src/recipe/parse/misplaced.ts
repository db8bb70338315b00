import { fix, type PlaceFacts } from "../problems/fixes";
import type { Path } from "../text/edit/editText";
import type { Field, Fields, Reader } from "../text/reader";
import { type Move, moveEdit, pathAt } from "./moveKey";

/** Parameters of mergekit's methods: wherever else they stand, they are not read. */
const PARAMETERS: ReadonlySet<string> = new Set([
  ...["weight", "density", "gamma", "epsilon", "lambda", "t", "scale", "normalize", "rescale", "int8_mask"],
  ...["nuslerp_flatten", "nuslerp_row_wise", "normalize_weights", "filter_wise", "select_topk", "max_iter", "tol"],
]);
/** Keys of the document alone. */
const DOCUMENT: ReadonlySet<string> = new Set([
  ...["merge_method", "base_model", "dtype", "out_dtype", "tokenizer", "tokenizer_source", "chat_template"],
]);
/** Keys of an entry of `models` or `sources`. */
const ENTRY: ReadonlySet<string> = new Set(["model", "layer_range"]);

/** Which mapping is looked at. */
type Place = "document" | "module" | "model" | "source" | "slice" | "parameters";

/** Misplaced keys that are told one by one, and those with an edit: each takes a walk or more over the whole text. */
const MAX_REPORTS = 20;
const MAX_FIXES = 4;
/** A text longer than this is not edited: stacks of hundreds of slices are made by programs. */
const MAX_FIX_CHARS = 16 * 1024;

/** Where a key of this mapping belongs, as a path from the document; "?" is a place that only the person knows. */
function target(place: Place, key: string, path: Path): Path | "?" | undefined {
  const around = path.slice(0, -1);
  if (place !== "parameters" && PARAMETERS.has(key)) return [...around, "parameters", key];
  if (place !== "document" && DOCUMENT.has(key)) return place === "slice" && key === "base_model" ? undefined : [key];
  if (place === "model" && key === "layer_range") return "?";
  if (place !== "parameters" || !ENTRY.has(key)) return undefined;
  const owner = around.slice(0, -1);
  return owner.length === 0 || (key === "layer_range" && !owner.includes("sources")) ? "?" : [...owner, key];
}

/**
 * Says of keys that stand beside or under their place where that is, with an edit that moves them, and takes them out of the fields.
 * mergekit passes over them, and so over what their author wanted.
 */
export function reportMisplaced(reader: Reader, fields: Map<string, Field>, place: Place): void {
  for (const [key, { keySpan }] of fields) {
    if (!mayBeMisplaced(place, key) || reported(reader) >= MAX_REPORTS) continue;
    const { document } = reader.syntax;
    const path = document && pathAt(document, keySpan.from);
    const to = path && target(place, key, path);
    if (!path || to === undefined) continue;
    fields.delete(key);
    report(reader, { key, from: path, to }, keySpan, undefined);
  }
}

const counts = new WeakMap<Reader, number>();

function reported(reader: Reader): number {
  return counts.get(reader) ?? 0;
}

function mayBeMisplaced(place: Place, key: string): boolean {
  return target(place, key, ["x", "x", "x"]) !== undefined;
}

/**
 * An entry that says all but which model it is of: a dash too many has cut it off the entry before it.
 * @param before the fields of that entry
 * @returns whether it is one, and was reported
 */
export function reportCutOff(
  reader: Reader,
  fields: Fields,
  before: Fields | undefined,
  at: Field["keySpan"],
): boolean {
  const keys = [...fields.keys()];
  if (reported(reader) >= MAX_REPORTS) return false;
  if (fields.has("model") || !before?.has("model") || keys.length === 0 || keys.some((key) => before.has(key)))
    return false;
  if (!keys.every((key) => key === "parameters" || key === "layer_range" || PARAMETERS.has(key))) return false;
  const { document } = reader.syntax;
  const item = document && pathAt(document, at.from);
  const index = item?.at(-1);
  if (!item || typeof index !== "number" || index === 0) return false;
  const owner = [...item.slice(0, -1), index - 1];
  const moves = keys.map((key) => ({
    from: [...item, key],
    to: PARAMETERS.has(key) ? [...owner, "parameters", key] : [...owner, key],
  }));
  const [key = ""] = keys;
  report(reader, { key, from: [...item, key], to: moves[0]?.to ?? owner }, at, { moves, item });
  return true;
}

interface Misplaced extends Omit<Move, "to"> {
  readonly key: string;
  readonly to: Path | "?";
}

function report(
  reader: Reader,
  { key, from, to }: Misplaced,
  span: Field["keySpan"],
  cutOff: { readonly moves: readonly Move[]; readonly item: Path } | undefined,
): void {
  const place = placeOf(key, to);
  const first = reported(reader) < MAX_FIXES && reader.text.length <= MAX_FIX_CHARS;
  counts.set(reader, reported(reader) + 1);
  const moves = cutOff?.moves ?? (to === "?" ? [] : [{ from, to }]);
  const edit = first && moves.length > 0 ? moveEdit(reader.text, moves, cutOff?.item) : undefined;
  // Where it would change no number, nobody is stopped: mergekit merges the whole models, and so do we.
  const say = to === "?" ? "warn" : "error";
  reader[say]({
    code: "recipe/misplaced-key",
    facts: { key, fault: cutOff ? "cut-off" : "here", ...place },
    span,
    fix: edit && fix(edit, "fix/move", { key, ...place }),
  });
}

function placeOf(key: string, to: Path | "?"): PlaceFacts {
  if (to === "?") return { level: "any-entry", list: key === "layer_range" ? "sources" : "models", entry: undefined };
  const owner = to.slice(0, -1);
  const index = owner.findLast((step) => typeof step === "number");
  const under = owner.at(-1) === "parameters";
  if (index === undefined && owner[0] === "modules") {
    return { level: "module-parameters", list: String(owner[1]), entry: undefined };
  }
  if (index === undefined) return { level: under ? "parameters" : "top", list: undefined, entry: undefined };
  const list = String(owner.findLast((step) => typeof step === "string" && step !== "parameters"));
  return { level: under ? "entry-parameters" : "entry", list, entry: index + 1 };
}
