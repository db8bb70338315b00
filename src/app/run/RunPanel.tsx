import { useText } from "../context";
import { Panel } from "../parts/Panel";
import { DeviceFacts } from "./DeviceFacts";
import { RunControl } from "./RunControl";
import { RunOptions } from "./RunOptions";
import { RunOutcome } from "./RunOutcome";
import { RunProgress } from "./RunProgress";
import { UnfinishedRuns } from "./UnfinishedRuns";

/** Where merges run: how far, what came out, with which options, and on what. */
export function RunPanel() {
  const t = useText();
  return (
    <Panel title={t.run.title}>
      <RunControl />
      <RunProgress />
      <RunOutcome />
      <UnfinishedRuns />
      <RunOptions />
      <DeviceFacts />
    </Panel>
  );
}
