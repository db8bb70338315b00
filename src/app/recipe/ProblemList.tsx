import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from "@tabler/icons-react";
import type { ModelOrigin } from "../../engine/protocol/protocol";
import type { Problem } from "../../recipe/problems/problem";
import { missingModel } from "../../state/recipe/plan";
import { useCatalogue, useStudio, useText } from "../context";
import { fixLabel, problemSentence } from "../i18n/failures";
import { keyed } from "../parts/keyed";
import classes from "./RecipePanel.module.css";
import { goToLine } from "./reveal";
import { useProblems } from "./useProblems";
import { useRecipe } from "./useRecipe";

const ICONS = { error: IconCircleX, warning: IconAlertTriangle, note: IconInfoCircle };

/** What is wrong, where, and what mends it. Missing models can be fetched from here. */
export function ProblemList() {
  const t = useText();
  const report = useStudio((state) => state.report);
  const models = useStudio((state) => state.models);
  const problems = useProblems();
  const coming = new Set(
    models.flatMap(({ origin, status }) => (origin.kind === "hub" && status === "opening" ? origin.repo : [])),
  );
  // A bare name could be on the Hub too, but is far more often a folder that was not added yet.
  const fetchable = (report?.missing ?? []).flatMap(({ reference, hubId, origin }) =>
    origin && hubId?.includes("/") && !coming.has(hubId) ? [{ reference, origin }] : [],
  );
  if (problems.length === 0) return null;
  // Other mistakes keep the plan from looking at the models: then nothing above says that one is missing.
  const told = new Set(problems.flatMap((problem) => missingModel(problem) ?? []));
  return (
    <section className={classes.problems} aria-label={t.plan.problems}>
      <ul>
        {keyed(problems, ({ code, span }) => `${code}@${span?.from}`).map(({ key, item }) => (
          <ProblemItem
            key={key}
            problem={item}
            origin={fetchable.find(({ reference }) => reference === missingModel(item))?.origin}
          />
        ))}
      </ul>
      {fetchable.map(
        ({ reference, origin }) =>
          !told.has(reference) && (
            <div key={reference} className={classes.fetchable}>
              <span className={classes.sentence}>{t.plan.missing(reference)}</span>
              <FetchButton origin={origin} />
            </div>
          ),
      )}
    </section>
  );
}

function FetchButton({ origin }: { readonly origin: ModelOrigin }) {
  const t = useText();
  const addModel = useStudio((state) => state.addModel);
  return (
    <Button className={classes.remedy} size="compact-xs" variant="light" onClick={() => void addModel(origin)}>
      {t.plan.addFromHub}
    </Button>
  );
}

interface ProblemItemProps {
  readonly problem: Problem;
  /** Where the model that is missing could come from. */
  readonly origin: ModelOrigin | undefined;
}

function ProblemItem({ problem, origin }: ProblemItemProps) {
  const t = useText();
  const catalogue = useCatalogue();
  const current = useStudio((state) => state.reportedText === state.recipe.present);
  const show = useStudio((state) => state.show);
  const { change } = useRecipe();
  const Icon = ICONS[problem.severity];
  const { span, fix } = problem;
  return (
    <li data-severity={problem.severity} data-code={problem.code}>
      <Icon size={14} aria-label={t.plan.severities[problem.severity]} className={classes.severity} />
      {span && (
        <button
          type="button"
          className={classes.place}
          aria-label={t.plan.goToLine(span.line)}
          onClick={() => {
            show({ recipeView: "text" });
            goToLine(span.line, span.column);
          }}
        >
          {t.plan.line(span.line)}
        </button>
      )}
      <span className={classes.sentence}>
        {problemSentence(problem, catalogue)}
        {problem.tensor && <code> {problem.tensor}</code>}
      </span>
      {fix && (
        <Button
          className={classes.remedy}
          size="compact-xs"
          variant="light"
          disabled={!current}
          onClick={() => change.apply(fix)}
        >
          {fixLabel(fix, catalogue)}
        </Button>
      )}
      {origin && <FetchButton origin={origin} />}
    </li>
  );
}
