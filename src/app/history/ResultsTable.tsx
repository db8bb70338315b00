import { ActionIcon, Menu, Table, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconDots, IconDownload, IconFileText, IconFolderDown, IconPlus, IconTrash } from "@tabler/icons-react";
import type { StoredResult } from "../../engine/protocol";
import { useFormats, useStudio, useText } from "../context";
import { ScrollRegion } from "../parts/ScrollRegion";
import { useMethodOf } from "../recipe/useRecipe";
import classes from "./History.module.css";
import { useResultActions } from "./useResultActions";

/** Finished merges, newest first. */
export function ResultsTable() {
  const t = useText();
  const results = useStudio((state) => state.results);
  if (results.length === 0) return <p className={classes.empty}>{t.history.empty}</p>;
  return (
    <ScrollRegion label={t.history.results} className={classes.scroller}>
      <Table className={classes.table} aria-label={t.history.results} stickyHeader highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.history.name}</Table.Th>
            <Table.Th>{t.history.method}</Table.Th>
            <Table.Th>{t.history.finished}</Table.Th>
            <Table.Th className={classes.figure}>{t.history.tensors}</Table.Th>
            <Table.Th className={classes.figure}>{t.history.size}</Table.Th>
            <Table.Th className={classes.figure}>{t.history.time}</Table.Th>
            <Table.Th>{t.history.device}</Table.Th>
            <Table.Th>{t.history.place}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t.history.actionsColumn}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {results.map((result) => (
            <ResultRow key={result.report.id} result={result} />
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  );
}

function ResultRow({ result }: { readonly result: StoredResult }) {
  const { report, recipe, finished } = result;
  const t = useText();
  const formats = useFormats();
  const method = useMethodOf(recipe);
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>{report.name}</Table.Td>
      <Table.Td>
        <code>{method}</code>
      </Table.Td>
      <Table.Td>{formats.dateTime(finished)}</Table.Td>
      <Table.Td className={classes.figure}>{formats.count(report.tensors)}</Table.Td>
      <Table.Td className={classes.figure}>{formats.bytes(report.writtenBytes)}</Table.Td>
      <Table.Td className={classes.figure}>{formats.duration(report.seconds)}</Table.Td>
      <Table.Td className={classes.device} title={report.device}>
        {report.device}
      </Table.Td>
      <Table.Td>{t.run.places[report.place]}</Table.Td>
      <Table.Td className={classes.figure}>
        <ResultMenu result={result} />
      </Table.Td>
    </Table.Tr>
  );
}

function ResultMenu({ result: { report, recipe } }: { readonly result: StoredResult }) {
  const t = useText();
  const loadRecipe = useStudio((state) => state.loadRecipe);
  const attempt = useStudio((state) => state.attempt);
  const removeResult = useStudio((state) => state.removeResult);
  const { downloadZip, saveToFolder, addAsModel } = useResultActions(report);
  const label = t.history.actions(report.name);
  return (
    <Menu position="left-start">
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon size={22} aria-label={label}>
            <IconDots size={15} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconFileText size={15} />}
          onClick={() => loadRecipe({ text: recipe, name: report.name })}
        >
          {t.history.loadRecipe}
        </Menu.Item>
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
      </Menu.Dropdown>
    </Menu>
  );
}
