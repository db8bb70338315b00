import { ActionIcon, Menu, Table, Tooltip, VisuallyHidden } from "@mantine/core";
import {
  IconChartLine,
  IconDots,
  IconDownload,
  IconFileText,
  IconFolderDown,
  IconPlus,
  IconTrash,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { StoredResult } from "../../engine/protocol/protocol";
import { columns, type Evaluation, figuresOf } from "../../eval/registry";
import { endingOf } from "../../state/measuring/guard";
import { isCut, latestSets, type MeasurementRecord } from "../../state/measuring/records";
import { useFormats, useStudio, useText } from "../context";
import { Figure } from "../parts/Figure";
import list from "../parts/ListTable.module.css";
import { ScrollRegion } from "../parts/ScrollRegion";
import { useMethodOf } from "../recipe/useRecipe";
import classes from "./History.module.css";
import { useResultActions } from "./useResultActions";

/** A line of the table. */
export type ResultRow = { readonly at: number } & (
  | { readonly result: StoredResult; readonly record: MeasurementRecord | undefined }
  | { readonly result: undefined; readonly record: MeasurementRecord }
);

/** Finished merges, and what was measured without one. */
export default function ResultsTable({ rows }: { readonly rows: readonly ResultRow[] }) {
  const t = useText();
  return (
    <ScrollRegion label={t.history.results} className={list.scroller}>
      <Table className={list.table} aria-label={t.history.results} stickyHeader highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.history.name}</Table.Th>
            <Table.Th>{t.history.method}</Table.Th>
            <Table.Th>{t.history.finished}</Table.Th>
            {columns().map((column) => (
              <Table.Th key={column} className={list.figure}>
                {t.measure.columns[column]}
              </Table.Th>
            ))}
            <Table.Th className={list.figure}>{t.history.tensors}</Table.Th>
            <Table.Th className={list.figure}>{t.history.size}</Table.Th>
            <Table.Th className={list.figure}>{t.history.time}</Table.Th>
            <Table.Th>{t.history.device}</Table.Th>
            <Table.Th>{t.history.place}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t.history.actionsColumn}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ result, record }) =>
            result ? (
              <FinishedRow key={result.report.id} result={result} record={record} />
            ) : (
              <MeasuredRow key={record.id} record={record} />
            ),
          )}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  );
}

interface FinishedRowProps {
  readonly result: StoredResult;
  readonly record: MeasurementRecord | undefined;
}

function FinishedRow({ result, record }: FinishedRowProps) {
  const { report, recipe, finished } = result;
  const t = useText();
  const formats = useFormats();
  const method = useMethodOf(recipe);
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>
        {report.name}
        {report.guard && endingOf(report.guard) === "base" && (
          <span className={classes.ending}> · {t.history.isBase}</span>
        )}
      </Table.Td>
      <Table.Td>
        <code className={classes.code}>{method}</code>
      </Table.Td>
      <Table.Td>{formats.dateTime(finished)}</Table.Td>
      <MeasuredCells values={report.guard?.end ?? (record && valuesOf(record))} />
      <Table.Td className={list.figure}>{formats.count(report.tensors)}</Table.Td>
      <Table.Td className={list.figure}>{formats.bytes(report.writtenBytes)}</Table.Td>
      <Table.Td className={list.figure}>{formats.duration(report.seconds)}</Table.Td>
      <Table.Td className={classes.device} title={report.device}>
        {report.device}
      </Table.Td>
      <Table.Td>{t.run.places[report.place]}</Table.Td>
      <Table.Td className={list.figure}>
        <ResultMenu result={result} record={record} />
      </Table.Td>
    </Table.Tr>
  );
}

function MeasuredRow({ record }: { readonly record: MeasurementRecord }) {
  const t = useText();
  const formats = useFormats();
  const method = useMethodOf(record.recipe);
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>{record.name}</Table.Td>
      <Table.Td>
        <code className={classes.code}>{method}</code>
      </Table.Td>
      <Table.Td>{formats.dateTime(record.started)}</Table.Td>
      <MeasuredCells values={valuesOf(record)} />
      <Table.Td colSpan={3} />
      <Table.Td className={classes.device} title={record.device}>
        {record.device}
      </Table.Td>
      <Table.Td className={classes.quiet}>{isCut(record) ? t.history.cutShort : t.history.notWritten}</Table.Td>
      <Table.Td className={list.figure}>
        <RecordMenu record={record} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Where a record ended: after the guard, else with its first set. What the guard saw half-way is no figure of the merge. */
function valuesOf(record: MeasurementRecord): Partial<Evaluation> | undefined {
  return record.watched?.report?.end ?? latestSets(record)[0]?.merged;
}

function MeasuredCells({ values }: { readonly values: Partial<Evaluation> | undefined }) {
  const figures = values ? figuresOf(values) : [];
  return columns().map((column) => {
    const figure = figures.find(({ name }) => name === column);
    return (
      <Table.Td key={column} className={list.figure}>
        {figure && <Figure value={figure.value} />}
      </Table.Td>
    );
  });
}

function RowMenu({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const t = useText();
  const label = t.history.actions(name);
  return (
    <Menu position="left-start">
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon size={22} aria-label={label}>
            <IconDots size={15} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}

/** What every row offers: its recipe, and its charts where it was measured. */
function CommonItems({
  name,
  recipe,
  record,
}: {
  readonly name: string;
  readonly recipe: string;
  readonly record: MeasurementRecord | undefined;
}) {
  const t = useText();
  const loadRecipe = useStudio((state) => state.loadRecipe);
  const changeChartView = useStudio((state) => state.changeChartView);
  const show = useStudio((state) => state.show);
  return (
    <>
      <Menu.Item leftSection={<IconFileText size={15} />} onClick={() => loadRecipe({ text: recipe, name })}>
        {t.history.loadRecipe}
      </Menu.Item>
      {record && (
        <Menu.Item
          leftSection={<IconChartLine size={15} />}
          onClick={() => {
            changeChartView({ run: record.id });
            show({ room: "run" });
          }}
        >
          {t.history.showCharts}
        </Menu.Item>
      )}
    </>
  );
}

function RecordMenu({ record }: { readonly record: MeasurementRecord }) {
  const t = useText();
  const forgetRecord = useStudio((state) => state.forgetRecord);
  return (
    <RowMenu name={record.name}>
      <CommonItems name={record.name} recipe={record.recipe} record={record} />
      <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => forgetRecord(record.id)}>
        {t.history.forget}
      </Menu.Item>
    </RowMenu>
  );
}

function ResultMenu({ result: { report, recipe }, record }: FinishedRowProps) {
  const t = useText();
  const attempt = useStudio((state) => state.attempt);
  const removeResult = useStudio((state) => state.removeResult);
  const { downloadZip, saveToFolder, addAsModel } = useResultActions(report);
  return (
    <RowMenu name={report.name}>
      <CommonItems name={report.name} recipe={recipe} record={record} />
      {report.place === "browser" && (
        <>
          <Menu.Item leftSection={<IconPlus size={15} />} onClick={() => void addAsModel()}>
            {t.run.useAsModel}
          </Menu.Item>
          <Menu.Item leftSection={<IconDownload size={15} />} onClick={() => attempt(downloadZip())}>
            {t.run.downloadZip}
          </Menu.Item>
          {"showDirectoryPicker" in window && (
            <Menu.Item leftSection={<IconFolderDown size={15} />} onClick={() => attempt(saveToFolder())}>
              {t.run.saveToFolder}
            </Menu.Item>
          )}
        </>
      )}
      <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => attempt(removeResult(report.id))}>
        {t.history.remove}
      </Menu.Item>
    </RowMenu>
  );
}
