import { ChartsSection } from "../charts/ChartsSection";
import { useText } from "../context";
import { GuardOptions } from "../guard/GuardOptions";
import { GuardProgress } from "../guard/GuardProgress";
import { MeasuredSection } from "../measure/MeasuredSection";
import { Panel } from "../parts/Panel";
import { DeviceFacts } from "./DeviceFacts";
import { RunControl } from "./RunControl";
import { RunOptions } from "./RunOptions";
import { RunOutcome } from "./RunOutcome";
import { RunProgress } from "./RunProgress";
import { UnfinishedRuns } from "./UnfinishedRuns";

/** Where merges run: how far, what came out, what it does to the model, with which options, and on what. */
export function RunPanel() {
  const t = useText();
  return (
    <Panel title={t.run.title}>
      <RunControl />
      <GuardProgress />
      <RunProgress />
      <RunOutcome />
      <UnfinishedRuns />
      <MeasuredSection />
      <ChartsSection />
      <GuardOptions />
      <RunOptions />
      <DeviceFacts />
    </Panel>
  );
}
