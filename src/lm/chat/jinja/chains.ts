import type { BinaryNode, Node } from "./parse/nodes";

export const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "in", "not in"]);

/** An operand of a row, with the operator before it. */
export interface Link {
  readonly operator: string;
  readonly node: Node;
}

/** Operands of operators of one kind in a row, which the library nests to the left. Brackets are nodes of their own. */
export function chain(node: BinaryNode): { readonly first: Node; readonly rest: readonly Link[] } {
  const kind = kindOf(node.operator.value);
  const rest: Link[] = [];
  let first: Node = node;
  for (; first.type === "BinaryExpression" && kindOf(first.operator.value) === kind; first = first.left) {
    rest.unshift({ operator: first.operator.value, node: first.right });
  }
  return { first, rest };
}

function kindOf(operator: string): string {
  if (COMPARISONS.has(operator)) return "comparison";
  return operator === "~" || operator === "-" ? "+" : operator;
}
