import { ActionIcon, SegmentedControl, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import type { DockTab } from "../../state/view";
import { useStudio, useText } from "../context";
import { Panel } from "../parts/Panel";
import { ResultsTable } from "./ResultsTable";
import { StoragePanel } from "./StoragePanel";

const ComparePanel = lazy(() => import("../compare/ComparePanel"));
const PromptsPanel = lazy(() => import("../prompts/PromptsPanel"));

interface DockProps {
  /** What it can show; the first is shown where nothing else was chosen. */
  readonly tabs: readonly [DockTab, ...DockTab[]];
  readonly foldable?: boolean;
}

/** Below everything: what was merged, answers side by side, the prompts, and what this browser holds. */
export function Dock({ tabs, foldable = false }: DockProps) {
  const t = useText();
  const dock = useStudio((state) => state.dock);
  const show = useStudio((state) => state.show);
  const chosen = dock && tabs.includes(dock) ? dock : undefined;
  const shown = chosen ?? (foldable ? undefined : tabs[0]);
  const titles = {
    results: t.history.title,
    compare: t.compare.title,
    prompts: t.prompts.title,
    storage: t.history.title,
  };
  const labels = {
    results: t.history.results,
    compare: t.compare.title,
    prompts: t.prompts.tab,
    storage: t.history.storage,
  };
  return (
    <Panel
      title={titles[shown ?? "results"]}
      actions={
        <>
          <SegmentedControl
            aria-label={t.history.tabs}
            value={shown ?? ""}
            onChange={(value) => show({ dock: tabs.find((tab) => tab === value) })}
            data={tabs.map((tab) => ({ value: tab, label: labels[tab] }))}
          />
          {foldable && (
            <Tooltip label={shown ? t.history.fold : t.history.unfold}>
              <ActionIcon
                aria-label={shown ? t.history.fold : t.history.unfold}
                aria-expanded={shown !== undefined}
                onClick={() => show({ dock: shown ? undefined : "results" })}
              >
                {shown ? <IconChevronDown size={16} /> : <IconChevronUp size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </>
      }
    >
      {shown === "results" && <ResultsTable />}
      {shown === "storage" && <StoragePanel />}
      <Suspense>
        {shown === "compare" && <ComparePanel />}
        {shown === "prompts" && <PromptsPanel />}
      </Suspense>
    </Panel>
  );
}
