import type { Parameter, Space } from "../space/space";
import type { Study } from "./study";
import { objectiveValues, type Trial, violationOf } from "./trial";

/* The journal of Optuna's JournalStorage (v4 and v5): a line of JSON for each operation. optuna-dashboard opens it. */

/** Operations and states, by Optuna's numbers. */
const CREATE_STUDY = 0;
const SET_STUDY_SYSTEM_ATTR = 3;
const CREATE_TRIAL = 4;
const MINIMIZE = 1;
const MAXIMIZE = 2;
const COMPLETE = 1;
const PRUNED = 2;
const FAIL = 3;

export interface JournalOptions {
  readonly name: string;
  readonly study: Study;
  readonly space: Space;
  /** What the choices of a parameter are called. */
  readonly choicesOf: (parameter: number) => readonly (string | number | boolean | null)[];
  /** When trials began, as ISO text; Optuna wants a time for each. */
  readonly timeOf: (trial: Trial) => { readonly start: string; readonly complete: string };
}

/** A study as Optuna would have kept it. */
export function optunaJournal(
  trials: readonly Trial[],
  { name, study, space, choicesOf, timeOf }: JournalOptions,
): string {
  const goals = study.combine ? [study.objectives[0]?.goal ?? "high"] : study.objectives.map(({ goal }) => goal);
  const names = study.combine ? ["mean"] : study.objectives.map((objective) => objective.name);
  const operation = (code: number, fields: object) => JSON.stringify({ op_code: code, worker_id: "awase", ...fields });
  const lines = [
    operation(CREATE_STUDY, {
      study_name: name,
      directions: goals.map((goal) => (goal === "high" ? MAXIMIZE : MINIMIZE)),
    }),
    operation(SET_STUDY_SYSTEM_ATTR, { study_id: 0, system_attr: { "study:metric_names": names } }),
  ];
  for (const trial of trials) {
    const minimised = objectiveValues(study, trial);
    const values = minimised?.map((value, k) => (goals[k] === "high" ? -value : value));
    const state = trial.state === "complete" && values ? COMPLETE : trial.state === "pruned" ? PRUNED : FAIL;
    const there = space.flatMap((parameter, k) =>
      typeof trial.point[k] === "number" ? [{ parameter, k, value: trial.point[k] }] : [],
    );
    const { start, complete } = timeOf(trial);
    lines.push(
      operation(CREATE_TRIAL, {
        study_id: 0,
        datetime_start: start,
        datetime_complete: complete,
        state,
        value: state === COMPLETE && values?.length === 1 ? values[0] : null,
        values: state === COMPLETE && values && values.length > 1 ? values : null,
        distributions: Object.fromEntries(
          there.map(({ parameter, k }) => [parameter.name, distribution(parameter, choicesOf(k))]),
        ),
        params: Object.fromEntries(there.map(({ parameter, value }) => [parameter.name, value])),
        user_attrs: {
          kind: trial.name ?? trial.kind,
          ...(trial.reason === undefined ? {} : { reason: trial.reason }),
        },
        system_attrs: {
          ...(study.constraints.length > 0 && Number.isFinite(violationOf(trial))
            ? { constraints: trial.constraints.map(({ excess }) => excess) }
            : {}),
        },
        intermediate_values: {},
      }),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** As `distribution_to_json` writes it; a parameter's value is kept as it is, of a choice its number. */
function distribution(parameter: Parameter, choices: readonly unknown[]): string {
  if (parameter.kind === "choice") return JSON.stringify({ name: "CategoricalDistribution", attributes: { choices } });
  const { low, high, log } = parameter;
  return parameter.kind === "int"
    ? JSON.stringify({ name: "IntDistribution", attributes: { log, step: 1, low, high } })
    : JSON.stringify({ name: "FloatDistribution", attributes: { step: null, low, high, log } });
}
