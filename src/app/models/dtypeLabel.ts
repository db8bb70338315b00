import type { TensorRow } from "../../engine/protocol/protocol";

/** A stored type as cards and tables show it, the same in every language. */
export function dtypeLabel({ dtype, scaled }: Pick<TensorRow, "dtype" | "scaled">): string {
  return scaled ? `${dtype} × scale` : dtype;
}
