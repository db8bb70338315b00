import { Recent } from "../../../base/recent";
import { isFloatDType } from "../../../formats/dtypes";
import { findTensor, type Weight } from "../../../model/layout/layout";
import type { ModelTensor } from "../../../model/model";
import { assembledDType } from "../../../model/sources/assembled";
import { FILL, MEAN, mapBytes, placesOf, type RowMap, type RowPart, rowMap, ZERO } from "../../../model/sources/rowMap";
import type { CountedVocabulary } from "../../../tokens/building/outputTokens";
import { idsOf, type Tokens } from "../../../tokens/vocabulary";
import type { ModelReference } from "../../parse/recipe";
import { shownToken } from "../checks/shownToken";
import type { PlanContext } from "../planContext";
import { type OutputVocabulary, placeOf, shownWanted } from "./outputVocabulary";
import { say } from "./say";
import type { MadeRows, RowInput } from "./tokenizerPlan";

/** A matrix with a vocabulary axis that rows may come from, and the vocabulary of its rows. */
interface Matrix extends RowPart {
  readonly rows: number;
  readonly counted: CountedVocabulary;
}

/** A token's row where a recipe says where it comes from. */
interface Requested {
  /** Absent: as for every other token. */
  readonly source?: { readonly part: number; readonly row: number } | "zero";
  readonly force: boolean;
}

/** What a weight's matrices are made of. */
interface Wanted {
  readonly tokens: Tokens;
  readonly rows: number;
  readonly matrices: readonly Matrix[];
  /** Indices of those that take part in the merge or are the base: whose tokens count. */
  readonly counting: readonly number[];
  readonly base: number | undefined;
  /** Whose ids the output's are: it has rows also for ids without a token. */
  readonly owner: number | undefined;
  readonly requested: ReadonlyMap<string, Requested>;
}

/** The maps of one weight: of each matrix its own, or `undefined` where its first rows are the new ones as they are. */
interface Made {
  readonly maps: readonly (RowMap | undefined)[];
  /** The tokens that no model has. */
  readonly homeless: readonly string[];
}

const recent = new Recent<Made>(8);

/**
 * The inputs of a weight with a vocabulary axis, each as a whole matrix of the output's vocabulary: its own rows where it has them, else
 * those that stand in for them. `undefined` with problems where that cannot be.
 */
export function permuted<T extends RowInput>(
  context: PlanContext,
  vocabulary: OutputVocabulary,
  weight: Weight,
  slice: { readonly base?: ModelReference },
  inputs: readonly T[],
  tensor: string,
): { readonly inputs: readonly (T & Partial<MadeRows>)[]; readonly maps: readonly RowMap[] } | undefined {
  const matrices: Matrix[] = inputs.map(({ source, stored }) => matrixOf(vocabulary, source.model.key, stored));
  const indexOf = (key: string): number | undefined => {
    const at = matrices.findIndex(({ model }) => model === key);
    if (at >= 0) return at;
    const model = context.models.get(key);
    const found = model && findTensor(model, weight, undefined)?.tensor;
    if (!found || found.shape[1] !== inputs[0]?.stored.shape[1] || !isFloatDType(found.dtype)) return undefined;
    return matrices.push(matrixOf(vocabulary, key, found)) - 1;
  };
  // A base that gives no weights, in slices, still says which rows stand in for others.
  const base = slice.base && indexOf(slice.base.key);
  const counting = [...matrices.keys()];
  const requested = requestedRows(context, vocabulary, matrices, indexOf, tensor);
  if (!requested) return undefined;
  const owner = matrices.findIndex(({ model }) => model === vocabulary.owner.key);
  const { output, rows } = vocabulary;
  const wanted = {
    tokens: output.tokens,
    rows,
    matrices,
    counting,
    base,
    requested,
    owner: owner < 0 ? undefined : owner,
  };
  const { maps, homeless } = recent.get(identityOf(wanted), () => made(wanted));
  reportHomeless(context, homeless);
  const width = inputs[0]?.stored.shape[1] ?? 1;
  return {
    maps: maps.slice(0, inputs.length).filter((map) => map !== undefined),
    inputs: inputs.map((input, k) => {
      const map = maps[k];
      if (!map) return input;
      const { stored: original } = input;
      const made = { digest: map.digest, bytes: mapBytes(map, width) };
      return { ...input, stored: assembledTensor(original, map, rows, width), original, map: made };
    }),
  };
}

function matrixOf(vocabulary: OutputVocabulary, model: string, { name, dtype, shape }: ModelTensor): Matrix {
  return { model, tensor: name, dtype, rows: shape[0] ?? 0, counted: vocabulary.of(model) };
}

function assembledTensor({ name }: ModelTensor, { parts }: RowMap, rows: number, width: number): ModelTensor {
  return { name, dtype: assembledDType(parts), shape: [rows, width] };
}

/** All that decides the maps, to be compared by identity. */
function identityOf({ tokens, rows, matrices, counting, base, owner, requested }: Wanted): readonly unknown[] {
  const each = matrices.flatMap((matrix) => [
    matrix.model,
    matrix.tensor,
    matrix.dtype,
    matrix.rows,
    matrix.counted.vocabulary,
    matrix.counted.limit,
  ]);
  return [tokens, rows, counting.length, base, owner, JSON.stringify([...requested]), ...each];
}

function requestedRows(
  { bag }: PlanContext,
  vocabulary: OutputVocabulary,
  matrices: readonly Matrix[],
  indexOf: (key: string) => number | undefined,
  tensor: string,
): ReadonlyMap<string, Requested> | undefined {
  const requested = new Map<string, Requested>();
  let fine = true;
  for (const { token, source, force, span } of vocabulary.requested.values()) {
    if (!source || source.kind === "zero") {
      requested.set(token, { force, ...(source ? { source: "zero" as const } : {}) });
      continue;
    }
    const part = indexOf(source.model.key);
    const wanted = source.kind === "model" ? token : source.token;
    const matrix = part === undefined ? undefined : matrices[part];
    const row = matrix && placeOf(wanted, matrix.counted);
    if (part !== undefined && matrix && row !== undefined && row < matrix.rows) {
      requested.set(token, { force, source: { part, row } });
      continue;
    }
    fine = false;
    say(bag, {
      code: "plan/token-source",
      severity: "error",
      span,
      group: `${token} ${tensor}`,
      facts: {
        token: shownToken(token),
        model: source.model.key,
        reason: matrix ? "no-row" : "no-matrix",
        wanted: shownWanted(wanted),
        limit: matrix?.rows ?? 0,
      },
    });
  }
  return fine ? requested : undefined;
}

function reportHomeless({ bag, recipe }: PlanContext, homeless: readonly string[]): void {
  const [first] = homeless;
  const span = recipe.tokenizer?.span;
  if (first === undefined) return;
  const facts = { count: homeless.length, token: shownToken(first) };
  say(bag, { code: "plan/token-zero", severity: "warning", span, facts });
}

function made({ tokens, rows, matrices, counting, base, owner, requested }: Wanted): Made {
  const parts: readonly RowPart[] = matrices.map(({ model, tensor, dtype }) => ({ model, tensor, dtype }));
  const positions = matrices.map((matrix) => positionsOf(tokens, matrix));
  const has = (k: number, id: number) => positions[k]?.[id] ?? -1;
  const homeless: string[] = [];
  const means: number[] = [];
  const fallback = { part: new Int32Array(rows).fill(FILL), row: new Int32Array(rows) };
  const forced = new Set<number>();
  const put = (id: number, part: number, row: number) => {
    fallback.part[id] = part;
    fallback.row[id] = row;
  };
  for (const [id, token] of tokens.entries()) {
    if (token === undefined) {
      const kept = owner !== undefined && id < (matrices[owner]?.rows ?? 0);
      if (kept) put(id, owner, id);
      continue;
    }
    const asked = requested.get(token);
    if (asked?.force) forced.add(id);
    const owners = counting.filter((k) => has(k, id) >= 0);
    const [only] = owners;
    if (asked?.source === "zero") put(id, ZERO, 0);
    else if (asked?.source) put(id, asked.source.part, asked.source.row);
    else if (only === undefined) {
      put(id, ZERO, 0);
      homeless.push(token);
    } else if (owners.length === 1) put(id, only, has(only, id));
    else if (base !== undefined && has(base, id) >= 0) put(id, base, has(base, id));
    else {
      put(id, MEAN, means.length);
      means.push(owners.length);
      for (const k of owners) means.push(k, has(k, id));
    }
  }
  const maps = matrices.map((matrix, k) => {
    const part = Int32Array.from(fallback.part);
    const row = Int32Array.from(fallback.row);
    let same = rows <= matrix.rows;
    for (let id = 0; id < rows; id++) {
      const own = has(k, id);
      if (own >= 0 && !forced.has(id)) {
        part[id] = k;
        row[id] = own;
      }
      same &&= part[id] === k && row[id] === id;
    }
    return same ? undefined : narrowed(parts, part, row, Int32Array.from(means));
  });
  return { maps, homeless };
}

/** The map with the parts that it takes rows of, and no others: what is not needed is not opened, and does not decide the type. */
function narrowed(parts: readonly RowPart[], part: Int32Array, row: Int32Array, means: Int32Array): RowMap {
  const draft = { digest: "", parts, part, row, means };
  const used = new Set<number>();
  for (let at = 0; at < part.length; at++) for (const place of placesOf(draft, at)) used.add(place.part);
  const kept = [...used].sort((a, b) => a - b);
  const renamed = new Map(kept.map((from, to) => [from, to]));
  const lists: number[] = [];
  const newPart = part.map((from) => (from >= 0 ? (renamed.get(from) ?? ZERO) : from));
  const newRow = row.map((from, at) => {
    if (part[at] !== MEAN) return from;
    const places = [...placesOf(draft, at)];
    lists.push(places.length);
    for (const place of places) lists.push(renamed.get(place.part) ?? 0, place.row);
    return lists.length - 1 - 2 * places.length;
  });
  return rowMap({
    parts: kept.flatMap((from) => parts[from] ?? []),
    part: newPart,
    row: newRow,
    means: Int32Array.from(lists),
  });
}

/** Of each id of the output, the row that a matrix has for its token, or −1. Ids beyond its rows stand for nothing. */
function positionsOf(tokens: Tokens, { counted, rows }: Matrix): Int32Array {
  const ids = idsOf(counted.vocabulary);
  const limit = Math.min(counted.limit, rows);
  const positions = new Int32Array(tokens.length).fill(-1);
  for (const [id, token] of tokens.entries()) {
    const own = token === undefined ? undefined : ids.get(token);
    if (own !== undefined && own < limit) positions[id] = own;
  }
  return positions;
}
