/**
 * The comment block that holds what mergekit has no word for: a line that begins with `# awase:`, and the lines after it that begin with `#`
 * and at least two blanks. Without its `# ` it is a YAML mapping, so both forms are read:
 *
 *     # awase: {seed: 42}          # awase:
 *                                  #   seed: 42
 *
 * To mergekit it is a comment. At the first column it can stand inside no block of text.
 */
const BLOCK = /^# ?awase:.*(?:\r?\n#[ \t]{2,}.*)*/gm;

/** The blocks of a recipe, in their order; the first one counts. */
export function extrasBlocks(text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(BLOCK)];
}
