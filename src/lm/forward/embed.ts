import type { Words } from "../../base/bytes";
import { gatherRows } from "../../compute/kernels/activations/gatherRows";
import type { TokenIds } from "../../tokens/types";
import { type ModelParts, tablePlace } from "../weights/modelParts";
import { stripesInTurn, stripesOf } from "../weights/stripes";
import type { TablePlan } from "../weights/weightPlan";
import { type FilledChunk, PackedActivations, uploadWords } from "./activations";
import type { Chunk, Group } from "./batch";

/** A packed batch of known ids, as it enters the first layer. Of the embedding only stripes with rows that are used are placed. */
export function embedBatch(
  parts: ModelParts,
  sequences: readonly TokenIds[],
  groups: readonly Group[],
  signal: AbortSignal | undefined,
): Promise<PackedActivations> {
  const { spec, plan, device, limits } = parts;
  const batch = { sequences, groups, width: spec.hidden };
  return PackedActivations.make(device, batch, limits.activationBytes, async (chunks) => {
    const { scale } = spec.embedding;
    await gather(parts, plan.embedding, chunks, { rowsOf: ({ ids }) => ids, scale, accumulate: false }, signal);
    if (!plan.positions) return;
    const learnt = { rowsOf: ({ positions }: Chunk) => positions, scale: 1, accumulate: true };
    await gather(parts, plan.positions, chunks, learnt, signal);
  });
}

interface Gathering {
  /** Which row of the table each row of the chunk takes. */
  readonly rowsOf: (chunk: Chunk) => Words;
  readonly scale: number;
  readonly accumulate: boolean;
}

async function gather(
  parts: ModelParts,
  table: TablePlan,
  chunks: readonly FilledChunk[],
  { rowsOf, scale, accumulate }: Gathering,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { device, spec } = parts;
  const wanted = chunks.map(({ chunk, x }) => ({ rows: rowsOf(chunk), x }));
  const used = new Set(wanted.flatMap(({ rows }) => [...rows]));
  const stripes = stripesOf(table, spec.hidden, device).filter(({ first, count }) =>
    [...used].some((row) => row >= first && row < first + count),
  );
  for await (const { stripe, placed } of stripesInTurn(stripes, tablePlace(parts, table, signal))) {
    for (const { rows, x } of wanted) {
      using ids = await uploadWords(device, rows, "rows of a table");
      const from = { table: placed, first: stripe.first, count: stripe.count };
      await gatherRows(device, { ...from, ids, y: x, m: rows.length, width: spec.hidden, scale, accumulate });
    }
  }
}
