import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { shownRecord } from "../../state/measuring/chartView";
import { endingOf } from "../../state/measuring/guard";
import type { RunNote } from "../../state/runs/run";
import { useCatalogue, useFormats, useStudio, useText } from "../context";
import { noteSentence } from "../i18n/failures";
import { FailureText } from "../parts/FailureText";
import { keyed } from "../parts/keyed";
import { Section } from "../parts/Panel";
import classes from "./Run.module.css";

// Not on a first screen: they come when it stands (`later.ts`).
const GuardOutcome = lazy(() => import("../guard/GuardOutcome"));
const ResultCard = lazy(() => import("./ResultCard"));

/** How the last run ended, and what it remarked on the way. */
export function RunOutcome() {
  const t = useText();
  const formats = useFormats();
  const run = useStudio((state) => state.run);
  const present = useStudio((state) => state.recipe.present);
  const watched = useStudio((state) => shownRecord(state)?.watched?.report !== undefined);
  const outdated = run.phase === "done" && present !== run.recipe && present !== run.report.guard?.recipe;
  const isBase = run.phase === "done" && run.report.guard !== undefined && endingOf(run.report.guard) === "base";
  return (
    <>
      <div
        role="status"
        className={classes.status}
        data-phase={run.phase}
        data-tone={isBase ? "warn" : undefined}
        data-outdated={outdated || undefined}
      >
        {run.phase === "done" && (
          <>
            {isBase ? <IconAlertTriangle size={17} aria-hidden /> : <IconCircleCheck size={17} aria-hidden />}
            <span>
              {isBase ? t.run.doneAsBase : t.run.done(run.report.tensors)}{" "}
              <span className={classes.quiet}>
                {outdated ? t.run.outdated : t.run.inTime(formats.duration(run.report.seconds))}
              </span>
            </span>
          </>
        )}
        {run.phase === "failed" && (
          <>
            <IconCircleX size={17} aria-hidden />
            <span>{t.run.failed}</span>
          </>
        )}
        {run.phase === "cancelled" && <span>{t.run.cancelled}</span>}
      </div>
      {run.phase === "failed" && (
        <div className={classes.failure}>
          <FailureText failure={run.failure} />
        </div>
      )}
      <Suspense>
        {watched && <GuardOutcome />}
        {run.phase === "done" && (
          <ResultCard
            report={run.report}
            directory={run.directory}
            outdated={outdated ? t.run.outdated : undefined}
            isBase={isBase}
          />
        )}
      </Suspense>
      {"notes" in run && run.notes.length > 0 && <Notes notes={run.notes} />}
    </>
  );
}

function Notes({ notes }: { readonly notes: readonly RunNote[] }) {
  const t = useText();
  const formats = useFormats();
  const catalogue = useCatalogue();
  return (
    <Section title={t.run.notes}>
      <ul className={classes.notes}>
        {keyed(notes, ({ type }) => type).map(({ key, item: note }) => (
          <li key={key}>
            {note.type === "note"
              ? noteSentence(note, catalogue)
              : note.float16
                ? t.run.overflow(note.tensor, formats.count(note.outputs))
                : t.run.nonFinite(note.tensor, formats.count(note.inputs), formats.count(note.outputs))}
          </li>
        ))}
      </ul>
    </Section>
  );
}
