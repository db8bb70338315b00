import { type Document, isScalar, type ScalarTag, visit } from "yaml";

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
 * their spelling: of `1:2` the library would make `01:02`, which YAML 1.1 reads as text, and of `"<<"` a merge key. The document is
 * used up.
 */
export function writeAnew(document: Document.Parsed): string {
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
  return document.toString({ lineWidth: 0 });
}
