import { ActionIcon, SegmentedControl, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useStudio, useText } from "../context";
import { Panel } from "../parts/Panel";
import { ResultsTable } from "./ResultsTable";
import { StoragePanel } from "./StoragePanel";

/** Below everything: what was merged, and what this browser holds. */
export function Dock({ foldable }: { readonly foldable: boolean }) {
  const t = useText();
  const dock = useStudio((state) => state.dock);
  const show = useStudio((state) => state.show);
  const shown = dock ?? (foldable ? undefined : "results");
  return (
    <Panel
      title={t.history.title}
      actions={
        <>
          <SegmentedControl
            aria-label={t.history.title}
            value={shown ?? ""}
            onChange={(value) => show({ dock: value === "storage" ? "storage" : "results" })}
            data={[
              { value: "results", label: t.history.results },
              { value: "storage", label: t.history.storage },
            ]}
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
    </Panel>
  );
}
