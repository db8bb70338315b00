import { type ReactNode, useId } from "react";
import classes from "./Panel.module.css";

interface PanelProps {
  readonly title: string;
  /** Small controls at the right end of the bar. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One room of the window: a bar with its name, and what is in it. A landmark for screen readers. */
export function Panel({ title, actions, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id} data-panel>
      <header className={classes.bar}>
        <h2 id={id} className={classes.title}>
          {title}
        </h2>
        <div className={classes.actions}>{actions}</div>
      </header>
      <div className={classes.body}>{children}</div>
    </section>
  );
}

interface SectionProps {
  readonly title: string;
  readonly aside?: ReactNode;
  /** Whether it is worth a landmark of its own. */
  readonly region?: boolean;
  /** Whether what it shows is still being made. */
  readonly busy?: boolean;
  /** Why what it shows does not hold for what is on the screen; it turns pale then. */
  readonly outdated?: string | undefined;
  readonly children: ReactNode;
}

/** A part of a panel under a small heading. */
export function Section({ title, aside, region = false, busy, outdated, children }: SectionProps) {
  const id = useId();
  const Element = region ? "section" : "div";
  return (
    <Element
      className={classes.section}
      {...(region && { "aria-labelledby": id })}
      {...(busy !== undefined && { "aria-busy": busy })}
      {...(outdated !== undefined && { "data-outdated": true })}
    >
      <div className={classes.sectionHead}>
        <h3 id={id} className={classes.sectionTitle}>
          {title}
        </h3>
        {aside}
      </div>
      {outdated !== undefined && <p className={classes.outdated}>{outdated}</p>}
      {children}
    </Element>
  );
}
