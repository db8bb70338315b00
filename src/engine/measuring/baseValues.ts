import type { BaseCache, BaseValues } from "../../eval/baseCache";
import type { Records } from "../machine/records";

/** Where it is kept: the values, and a list of them. */
export interface BaseRecords {
  readonly values: Records<BaseValues>;
  readonly index: Records<BaseEntry>;
}

/** What is kept under a key, so that the oldest can go without any values being read. */
export interface BaseEntry {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

/** Bytes of base values kept at most: some hundred measurements of models of ordinary width. */
const CAP_BYTES = 256 * 2 ** 20;

/**
 * Base values that outlive the session, the longest unused thrown out first. Keys are hashes of everything the values depend
 * on (`contentKey` of the model among it), so nothing kept is ever wrong. A store that fails must not fail a measurement: then
 * values are measured again.
 */
export function keepBaseValues(
  { values: baseValues, index: baseIndex }: BaseRecords,
  { capBytes = CAP_BYTES, now = Date.now }: { readonly capBytes?: number; readonly now?: () => number } = {},
): BaseCache {
  async function makeRoom(bytes: number): Promise<void> {
    const entries = [...(await baseIndex.all())].sort((a, b) => a.lastUsed - b.lastUsed);
    let excess = bytes - capBytes;
    for (const entry of entries) excess += entry.bytes;
    for (const { key, bytes: freed } of entries) {
      if (excess <= 0) return;
      await baseValues.remove(key);
      await baseIndex.remove(key);
      excess -= freed;
    }
  }

  return {
    async get(key) {
      try {
        const values = await baseValues.get(key);
        if (values) await baseIndex.put(key, { key, bytes: bytesOf(values), lastUsed: now() });
        return values;
      } catch {
        return undefined;
      }
    },
    async put(key, values) {
      const bytes = bytesOf(values);
      if (bytes > capBytes) return;
      try {
        await makeRoom(bytes);
        await baseIndex.put(key, { key, bytes, lastUsed: now() }); // before the values: what lies there is always counted
        await baseValues.put(key, values);
      } catch {
        await baseIndex.remove(key).catch(() => undefined);
      }
    },
  };
}

function bytesOf(values: BaseValues): number {
  if (values.kind === "answers") return values.answers.reduce((sum, { ids }) => sum + 8 * ids.length, 0);
  const { nll, rows } = values;
  const scores = nll.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (rows.kind === "states") return scores + rows.states.byteLength;
  const { ids, logProbabilities, rest, least } = rows;
  return [ids, logProbabilities, rest, least].reduce((sum, { byteLength }) => sum + byteLength, scores);
}
