import type { ReactNode, SVGProps } from "react";
import classes from "../Charts.module.css";

export interface LegendEntry {
  readonly label: string;
  /** How the line is drawn; absent: a mark alone. */
  readonly line?: SVGProps<SVGLineElement>;
  /** A mark around (14, 6). */
  readonly mark?: ReactNode;
}

/** What each line and mark means, in words. */
export function Legend({ entries }: { readonly entries: readonly LegendEntry[] }) {
  return (
    <ul className={classes.legend}>
      {entries.map(({ label, line, mark }) => (
        <li key={label}>
          <svg width={line ? 28 : 14} height={12} viewBox={line ? "0 0 28 12" : "7 0 14 12"} aria-hidden>
            {line && <line x1={1} x2={27} y1={6} y2={6} {...line} />}
            {mark}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
