import { lazy } from "react";
import { useFormats, useStudio, useText } from "../context";
import { FailureText } from "../parts/FailureText";
import { WhenIdle } from "../parts/WhenIdle";
import classes from "./RecipePanel.module.css";

const PlannedFiles = lazy(() => import("./output/PlannedFiles"));

/** What the merge will cost, before it is begun. */
export function PlanFacts() {
  const t = useText();
  const formats = useFormats();
  const plan = useStudio((state) => state.report?.plan);
  const failure = useStudio((state) => state.checkFailure);
  const onGpu = useStudio((state) => state.device?.kind === "webgpu");
  const totals = plan?.totals;
  const cells = [
    { label: t.plan.tensors, value: totals && formats.count(totals.tensors) },
    { label: t.plan.parameters, value: totals && formats.parameters(totals.parameters) },
    { label: t.plan.fetch, value: totals && formats.bytes(totals.fetchBytes) },
    { label: t.plan.read, value: totals && formats.bytes(totals.readBytes) },
    { label: t.plan.write, value: totals && formats.bytes(totals.writeBytes) },
    { label: onGpu ? t.plan.memory : t.plan.deviceMemory, value: totals && formats.memory(totals.deviceBytes) },
    {
      label: t.plan.time,
      value: plan && (plan.seconds === undefined ? t.plan.unknownTime : `≈ ${formats.duration(plan.seconds)}`),
      quiet: plan?.seconds === undefined,
    },
  ];
  return (
    <section className={classes.plan} aria-label={t.plan.facts}>
      {failure && <FailureText failure={failure} />}
      <dl className={classes.cells}>
        {cells.map(({ label, value, quiet }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd data-quiet={quiet}>{value ?? "–"}</dd>
          </div>
        ))}
      </dl>
      {plan && (
        <WhenIdle>
          <PlannedFiles files={plan.files} />
        </WhenIdle>
      )}
    </section>
  );
}
