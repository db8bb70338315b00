/** The tensors that one problem is about: the first by name, and how many there are. */
export interface Tensors {
  readonly tensor: string;
  readonly tensors: number;
}

/** "q_proj.weight", or "q_proj.weight and 199 others". */
export function named({ tensor, tensors }: Tensors): string {
  const others = tensors - 1;
  return others > 0 ? `${tensor} and ${others} other${others > 1 ? "s" : ""}` : tensor;
}

/** A verb that agrees with them in number. */
export function agree({ tensors }: Tensors, one: string, many: string): string {
  return tensors === 1 ? one : many;
}
