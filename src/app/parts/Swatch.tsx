import classes from "./Swatch.module.css";

const HUES = 6;

/** The CSS colour of the n-th model; the same model has it in every panel. */
export function modelColor(index: number): string {
  return index < 0 ? "var(--ink-3)" : `var(--model-${index % HUES})`;
}

/** The colour of a model; hollow for the base, which the others are measured from. */
export function Swatch({ index, base = false }: { readonly index: number; readonly base?: boolean }) {
  return <span aria-hidden className={classes.swatch} data-base={base} style={{ color: modelColor(index) }} />;
}
