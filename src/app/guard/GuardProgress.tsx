import { Progress } from "@mantine/core";
import { useStudio, useText } from "../context";
import { Section } from "../parts/Panel";

/** How far the guard has looked, before a merge or in place of one. */
export function GuardProgress() {
  const t = useText();
  const progress = useStudio((state) => state.guardProgress);
  if (!progress) return null;
  const { done, total } = progress;
  return (
    <Section title={t.guard.progress}>
      <Progress
        value={total === 0 ? 0 : (100 * done) / total}
        size={5}
        radius={3}
        aria-label={t.guard.progress}
        transitionDuration={100}
      />
    </Section>
  );
}
