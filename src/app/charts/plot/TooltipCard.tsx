import classes from "../Charts.module.css";

export interface TooltipLine {
  readonly label: string;
  readonly value: string;
}

/** What stands under the pointer. */
export function TooltipCard({ title, lines }: { readonly title: string; readonly lines: readonly TooltipLine[] }) {
  return (
    <div className={classes.tooltip}>
      <strong>{title}</strong>
      {lines.map(({ label, value }) => (
        <div key={label}>
          <span>{label}</span>
          {value}
        </div>
      ))}
    </div>
  );
}
