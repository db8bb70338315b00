import {
  autocompletion,
  type CompletionSource,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { suggestionsAt, type Vocabulary } from "./completion";

interface EditorTools {
  undo(): void;
  redo(): void;
  vocabulary(): Vocabulary;
}

const COMPLETION_TYPES = { key: "property", method: "function", model: "variable", dtype: "constant" };

/** The studio's colours, so that both schemes come from one place. */
const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "10px 0 40px", caretColor: "var(--accent-ink)" },
  ".cm-line": { padding: "0 14px 0 6px" },
  ".cm-cursor": { borderLeftColor: "var(--accent-ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  ".cm-gutters": { backgroundColor: "transparent", border: "0", color: "var(--ink-3)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "28px", padding: "0 4px 0 6px" },
  ".cm-gutter-lint": { width: "16px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "4px 0 0 2px" },
  ".cm-lint-marker": { width: "11px", height: "11px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  "&.cm-focused .cm-activeLineGutter": { color: "var(--ink)" },
  ".cm-tooltip": {
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    backgroundColor: "var(--paper)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete ul": { fontFamily: "var(--font-mono)", fontSize: "12px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-wash)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": { color: "var(--ink-2)", fontStyle: "normal", fontFamily: "var(--font-ui)" },
  ".cm-diagnostic": { maxWidth: "420px", padding: "7px 12px", fontFamily: "var(--font-ui)", fontSize: "12px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnosticAction": {
    margin: "4px 0 0",
    padding: "2px 8px",
    borderRadius: "4px",
    backgroundColor: "var(--accent)",
    color: "#fff",
  },
});

const colors = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: "var(--accent-ink)" },
  { tag: tags.propertyName, color: "var(--accent-ink)" },
  { tag: tags.comment, color: "var(--ink-3)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: tags.string, color: "var(--ok)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--ink-2)" },
  { tag: [tags.labelName, tags.typeName], color: "var(--model-3)" },
]);

/** A small YAML editor: problems in the gutter, completion of what recipes are made of, undo shared with the form. */
export function recipeExtensions({ undo, redo, vocabulary }: EditorTools): Extension {
  const complete: CompletionSource = ({ state, pos, explicit }) => {
    const suggestions = suggestionsAt(state.sliceDoc(0, pos), vocabulary());
    if (!suggestions || (!explicit && suggestions.typed === 0)) return null;
    return {
      from: pos - suggestions.typed,
      options: suggestions.options.map(({ label, kind, detail, insert }) => ({
        label,
        type: COMPLETION_TYPES[kind],
        apply: insert ?? label,
        ...(detail !== undefined && { detail }),
      })),
    };
  };
  const step = (action: () => void) => () => {
    action();
    return true;
  };
  return [
    lineNumbers(),
    lintGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    yaml(),
    syntaxHighlighting(colors),
    autocompletion({ override: [complete], icons: false }),
    EditorView.lineWrapping,
    look,
    keymap.of([
      { key: "Mod-z", run: step(undo), preventDefault: true },
      { key: "Mod-Shift-z", run: step(redo), preventDefault: true },
      { key: "Mod-y", run: step(redo), preventDefault: true },
      // Ctrl+Enter merges; the window's shortcut takes it.
      { key: "Mod-Enter", run: () => true },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...lintKeymap,
      ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
    ]),
  ];
}
