import { ActionIcon, Checkbox, SegmentedControl, Table, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconArrowsSplit2, IconTrash } from "@tabler/icons-react";
import { own } from "../../base/own";
import { setsToMeasure } from "../../state/measuring/measureRequest";
import type { KnownSet } from "../../state/prompts/promptSets";
import { useFormats, useStudio, useText } from "../context";
import list from "../parts/ListTable.module.css";
import { ScrollRegion } from "../parts/ScrollRegion";
import classes from "./Prompts.module.css";

interface SetsTableProps {
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

/** All sets: how many prompts, for what, and what one pass costs. */
export function SetsTable({ chosen, onChoose }: SetsTableProps) {
  const t = useText();
  const promptSets = useStudio((state) => state.promptSets);
  return (
    <ScrollRegion label={t.prompts.tab} className={list.scroller}>
      <Table className={list.table} aria-label={t.prompts.sets} stickyHeader highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.prompts.name}</Table.Th>
            <Table.Th>{t.prompts.measureWith}</Table.Th>
            <Table.Th>{t.prompts.split}</Table.Th>
            <Table.Th className={list.figure}>{t.prompts.count}</Table.Th>
            <Table.Th className={list.figure}>{t.prompts.tokens}</Table.Th>
            <Table.Th className={list.figure}>{t.prompts.time}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t.history.actionsColumn}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {promptSets.map((known) => (
            <SetRow
              key={known.set.id}
              known={known}
              chosen={known.set.id === chosen}
              onChoose={() => onChoose(known.set.id)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  );
}

interface SetRowProps {
  readonly known: KnownSet;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function SetRow({ known: { set, origin }, chosen, onChoose }: SetRowProps) {
  const t = useText();
  const formats = useFormats();
  const cost = useStudio((state) => own(state.setCosts, set.id));
  const used = useStudio((state) => setsToMeasure(state).some(({ id }) => id === set.id));
  const chooseForMeasuring = useStudio((state) => state.chooseForMeasuring);
  const setSplit = useStudio((state) => state.setSplit);
  const dividePromptSet = useStudio((state) => state.dividePromptSet);
  const removePromptSet = useStudio((state) => state.removePromptSet);
  const attempt = useStudio((state) => state.attempt);
  return (
    <Table.Tr {...(chosen && { className: classes.chosen })}>
      <Table.Td>
        <button
          type="button"
          className={classes.name}
          aria-label={t.prompts.choose(set.name)}
          aria-pressed={chosen}
          title={set.name}
          onClick={onChoose}
        >
          {set.name}
        </button>
      </Table.Td>
      <Table.Td>
        <Checkbox
          aria-label={t.prompts.measureWithSet(set.name)}
          checked={used}
          disabled={set.prompts.length === 0}
          onChange={(event) => chooseForMeasuring(set.id, event.currentTarget.checked)}
        />
      </Table.Td>
      <Table.Td>
        {origin === "own" ? (
          <SegmentedControl
            aria-label={t.prompts.splitOf(set.name)}
            value={set.split}
            onChange={(split) => setSplit(set.id, split)}
            data={[
              { value: "search", label: t.prompts.splits.search },
              { value: "held-out", label: t.prompts.splits["held-out"] },
            ]}
          />
        ) : (
          t.prompts.splits[set.split]
        )}
      </Table.Td>
      <Table.Td className={list.figure}>{formats.count(set.prompts.length)}</Table.Td>
      <Table.Td className={list.figure}>{cost ? formats.count(cost.tokens) : t.prompts.unknown}</Table.Td>
      <Table.Td className={list.figure}>
        {cost?.seconds === undefined ? t.prompts.unknown : formats.duration(cost.seconds)}
      </Table.Td>
      <Table.Td>
        <span className={classes.actions}>
          <Tooltip label={t.prompts.divide}>
            <ActionIcon
              size={22}
              aria-label={t.prompts.divideSet(set.name)}
              disabled={set.prompts.length < 2}
              onClick={() => attempt(dividePromptSet(set.id))}
            >
              <IconArrowsSplit2 size={14} />
            </ActionIcon>
          </Tooltip>
          {origin === "own" && (
            <Tooltip label={t.prompts.remove(set.name)}>
              <ActionIcon size={22} aria-label={t.prompts.remove(set.name)} onClick={() => removePromptSet(set.id)}>
                <IconTrash size={14} />
              </ActionIcon>
            </Tooltip>
          )}
        </span>
      </Table.Td>
    </Table.Tr>
  );
}
