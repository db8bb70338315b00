import { type Document, isNode, isScalar, type Node, type ScalarTag, visit } from "yaml";
import { extrasBlocks } from "../extrasBlock";

/** A plain scalar as the text has it. */
class AsWritten {
  constructor(readonly text: string) {}
}

const asWritten: ScalarTag = {
  tag: "as-written",
  default: true, // not shown
  identify: (value) => value instanceof AsWritten,
  resolve: (text) => new AsWritten(text),
  stringify: ({ value }) => (value instanceof AsWritten ? value.text : ""),
};

/**
 * The text of a whole document, for edits that cannot be made on the text itself. Numbers, booleans and dates that were read keep
 * their spelling: of `1:2` the library would make `01:02`, which YAML 1.1 reads as text, and of `"<<"` a merge key. A block of extras that
 * the library would indent, where it is a comment like others, comes last. The document is used up.
 * @param text what it was read from
 */
export function writeAnew(document: Document.Parsed, text: string): string {
  visit(document, {
    Scalar(_, node) {
      if (!isScalar(node) || node.tag !== undefined || !node.source) return;
      if (node.value === "<<" && node.type !== "PLAIN")
        node.value = new AsWritten('"<<"'); // a name like others
      else if (node.type === "PLAIN" && typeof node.value !== "string" && typeof node.value !== "symbol")
        node.value = new AsWritten(node.source);
    },
  });
  document.schema.tags.unshift(asWritten);
  const written = document.toString({ lineWidth: 0 });
  const [block] = extrasBlocks(text);
  if (!block || extrasBlocks(written).length > 0) return written;
  visit(document, (_, node) => {
    if (isNode(node)) takeComment(node, block[0]);
  });
  return `${document.toString({ lineWidth: 0 })}${block[0]}\n`;
}

/** Takes a block of comment lines away from a node, where it has it. */
function takeComment(node: Node, block: string): void {
  const lines = block.split(/\r?\n/).map((line) => line.slice(1));
  for (const place of ["commentBefore", "comment"] as const) {
    const held = node[place]?.split("\n") ?? [];
    const at = held.findIndex((_, first) => lines.every((line, i) => held[first + i] === line));
    if (at < 0) continue;
    const left = held.toSpliced(at, lines.length).join("\n");
    node[place] = left === "" ? null : left;
  }
}
