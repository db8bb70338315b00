import { ActionIcon, SegmentedControl, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { Suspense } from "react";
import { useStudio, useText } from "../context";
import { Panel } from "../parts/Panel";
import type { DockPanel } from "./panels";

interface DockProps {
  /** What it can show; the first is shown where nothing else was chosen. */
  readonly panels: readonly DockPanel[];
  readonly foldable?: boolean;
}

/** Below everything: what was merged, answers side by side, the prompts, and what this browser holds. */
export function Dock({ panels, foldable = false }: DockProps) {
  const t = useText();
  const dock = useStudio((state) => state.dock);
  const show = useStudio((state) => state.show);
  const chosen = panels.find(({ id }) => id === dock);
  const shown = chosen ?? (foldable ? undefined : panels[0]);
  return (
    <Panel
      title={(shown ?? panels[0])?.title(t) ?? ""}
      actions={
        <>
          <SegmentedControl
            aria-label={t.history.tabs}
            value={shown?.id ?? ""}
            onChange={(value) => show({ dock: value })}
            data={panels.map(({ id, tab }) => ({ value: id, label: tab(t) }))}
          />
          {foldable && (
            <Tooltip label={shown ? t.history.fold : t.history.unfold}>
              <ActionIcon
                aria-label={shown ? t.history.fold : t.history.unfold}
                aria-expanded={shown !== undefined}
                onClick={() => show({ dock: shown ? undefined : panels[0]?.id })}
              >
                {shown ? <IconChevronDown size={16} /> : <IconChevronUp size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </>
      }
    >
      <Suspense>{shown && <shown.Panel />}</Suspense>
    </Panel>
  );
}
