import { setDiagnostics } from "@codemirror/lint";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { mergeableNames } from "../../../state/models/adapters";
import type { Studio } from "../../../state/studio";
import { useCatalogue, useStudio, useStudioStore, useText } from "../../context";
import { onGoToLine } from "../reveal";
import { useProblems } from "../useProblems";
import { diagnosticsOf } from "./diagnostics";
import { recipeExtensions } from "./extensions";
import classes from "./RecipeEditor.module.css";
import { textChange } from "./textChange";

/** Marks a change that came from the store, so that it does not go back there. */
const fromStore = Annotation.define<boolean>();
/** A pause in typing that ends an undo step, in milliseconds. */
const TYPING_PAUSE = 700;

/** The recipe's text. Its undo is the studio's: form and text share one past. */
export default function RecipeEditor() {
  const t = useText();
  const studio = useStudioStore();
  const text = useStudio((state) => state.recipe.present);
  const problems = useProblems();
  const current = useStudio((state) => state.reportedText === state.recipe.present);
  const catalogue = useCatalogue();
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const label = useRef(new Compartment()).current;

  useEffect(() => {
    if (!place.current) return;
    const editor = createEditor(studio, place.current, label.of([]));
    view.current = editor;
    const unlisten = onGoToLine(({ line, column }) => goTo(editor, line, column));
    return () => {
      unlisten();
      editor.destroy();
      view.current = undefined;
    };
  }, [studio, label]);

  useEffect(() => {
    view.current?.dispatch({
      // The browser lets the caret in without a tabindex; checkers of accessibility do not know that.
      effects: label.reconfigure(EditorView.contentAttributes.of({ "aria-label": t.recipe.editor, tabindex: "0" })),
    });
  }, [label, t]);

  useEffect(() => {
    const editor = view.current;
    const change = editor && textChange(editor.state.doc.toString(), text);
    if (change) editor.dispatch({ changes: change, annotations: fromStore.of(true) });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (editor && current) {
      editor.dispatch(setDiagnostics(editor.state, diagnosticsOf(problems, editor.state.doc.length, catalogue)));
    }
  }, [problems, current, catalogue]);

  return <div ref={place} className={classes.editor} />;
}

function createEditor(studio: Studio, parent: HTMLElement, label: ReturnType<Compartment["of"]>): EditorView {
  let pause: ReturnType<typeof setTimeout> | undefined;
  const mark = () => {
    clearTimeout(pause);
    studio.getState().markRecipe();
  };
  const { recipe } = studio.getState();
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: recipe.present,
      extensions: [
        recipeExtensions({
          undo: () => studio.getState().undo(),
          redo: () => studio.getState().redo(),
          vocabulary: () => {
            const { methods, models } = studio.getState();
            return { methods, models: mergeableNames(models) };
          },
        }),
        label,
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || update.transactions.some((transaction) => transaction.annotation(fromStore)))
            return;
          studio.getState().editRecipe(update.state.doc.toString());
          clearTimeout(pause);
          pause = setTimeout(mark, TYPING_PAUSE);
        }),
        EditorView.domEventHandlers({ blur: mark }),
      ],
    }),
  });
}

function goTo(editor: EditorView, line: number, column: number): void {
  const { from, to } = editor.state.doc.line(Math.min(Math.max(1, line), editor.state.doc.lines));
  const at = Math.min(from + column - 1, to);
  editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  editor.focus();
}
