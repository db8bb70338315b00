import type { ReactNode } from "react";
import classes from "./FactList.module.css";

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

/** Names at the left, figures at the right. */
export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={classes.list}>
      {facts.map(({ label, value }) => (
        <div key={label} className={classes.row}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
