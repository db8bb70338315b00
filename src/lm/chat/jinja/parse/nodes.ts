import type { parse } from "@huggingface/jinja";

/** Tokens as the library's lexer gives them and its parser takes them. */
export type Token = Parameters<typeof parse>[0][number];

/*
 * Names that no template can spell. The parser knows fewer forms than jinja2; what it lacks is handed to it as a call, a filter
 * or a variable with one of these names.
 */

/** `(x)`, so that `(a < b) < c` is not taken for `a < b < c`. */
export const GROUP = "(";
/** `(x,)` and `()`. */
export const TUPLE = "(,";
/** `{% with %}`, and every other block that only has a scope of its own. */
export const WITH = "with ";
/** Last variable of a loop that is `recursive`. */
export const RECURSIVE = "recursive ";
/** Filters that stand for `is name` and `is not name`. */
export const IS = "is ";
export const IS_NOT = "is not ";

/** What the library's parser gives, as far as templates that went through `tokens.ts` have it. */
export type Node =
  | { readonly type: "StringLiteral"; readonly value: string }
  | { readonly type: "IntegerLiteral" | "FloatLiteral"; readonly value: number }
  | { readonly type: "ArrayLiteral" | "TupleLiteral"; readonly value: readonly Node[] }
  | { readonly type: "ObjectLiteral"; readonly value: ReadonlyMap<Node, Node> }
  | Identifier
  | MemberNode
  | SliceNode
  | CallNode
  | BinaryNode
  | { readonly type: "UnaryExpression"; readonly operator: Token; readonly argument: Node }
  | FilterNode
  | SelectNode
  | { readonly type: "Ternary"; readonly condition: Node; readonly trueExpr: Node; readonly falseExpr: Node }
  | KeywordNode
  | { readonly type: "SpreadExpression" | "KeywordSpreadExpression"; readonly argument: Node }
  | { readonly type: "If"; readonly test: Node; readonly body: Body; readonly alternate: Body }
  | ForNode
  | SetNode
  | MacroNode
  | CallBlockNode
  | { readonly type: "FilterStatement"; readonly filter: Identifier | CallNode; readonly body: Body }
  | { readonly type: "Break" | "Continue" };

export type Body = readonly Node[];

export interface Identifier {
  readonly type: "Identifier";
  readonly value: string;
}

export interface MemberNode {
  readonly type: "MemberExpression";
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
}

/** Without a value what the body writes is set. */
export interface SetNode {
  readonly type: "Set";
  readonly assignee: Node;
  readonly value: Node | null;
  readonly body: Body;
}

export interface CallNode {
  readonly type: "CallExpression";
  readonly callee: Node;
  readonly args: readonly Node[];
}

export interface BinaryNode {
  readonly type: "BinaryExpression";
  readonly operator: Token;
  readonly left: Node;
  readonly right: Node;
}

export interface FilterNode {
  readonly type: "FilterExpression";
  readonly operand: Node;
  readonly filter: Identifier | CallNode;
}

/** `x if test` without `else`, and in a loop its condition. */
export interface SelectNode {
  readonly type: "SelectExpression";
  readonly lhs: Node;
  readonly test: Node;
}

export interface SliceNode {
  readonly type: "SliceExpression";
  readonly start: Node | undefined;
  readonly stop: Node | undefined;
  readonly step: Node | undefined;
}

export interface KeywordNode {
  readonly type: "KeywordArgumentExpression";
  readonly key: Identifier;
  readonly value: Node;
}

export type Parameter = Identifier | KeywordNode;

export interface ForNode {
  readonly type: "For";
  readonly loopvar: Node;
  readonly iterable: Node;
  readonly body: Body;
  readonly defaultBlock: Body;
}

export interface MacroNode {
  readonly type: "Macro";
  readonly name: Identifier;
  readonly args: readonly Parameter[];
  readonly body: Body;
}

export interface CallBlockNode {
  readonly type: "CallStatement";
  readonly call: CallNode;
  readonly callerArgs: readonly Parameter[] | null;
  readonly body: Body;
}
