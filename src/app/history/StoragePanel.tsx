import { ActionIcon, Button, Progress, Table, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useFormats, useStudio, useText } from "../context";
import list from "../parts/ListTable.module.css";
import { ScrollRegion } from "../parts/ScrollRegion";
import classes from "./History.module.css";

/** What this browser holds for the studio, and how firmly. */
export default function StoragePanel() {
  const t = useText();
  const formats = useFormats();
  const storage = useStudio((state) => state.storage);
  const persistStorage = useStudio((state) => state.persistStorage);
  const attempt = useStudio((state) => state.attempt);
  const [declined, setDeclined] = useState(false);
  if (!storage) return null;
  const { usage, quota, persisted } = storage;
  return (
    <div className={classes.storage}>
      <div className={classes.usage}>
        <Text size="sm">{t.storage.used(formats.bytes(usage), formats.bytes(quota))}</Text>
        <Progress value={quota === 0 ? 0 : (100 * usage) / quota} size={5} aria-label={t.storage.usage} />
        <Text size="xs" c="dimmed">
          {persisted ? t.storage.persisted : declined ? t.storage.declined : t.storage.notPersisted}
        </Text>
        {!persisted && (
          <Button
            variant="default"
            className={classes.persist}
            onClick={() => attempt(persistStorage().then((kept) => setDeclined(!kept)))}
          >
            {t.storage.persist}
          </Button>
        )}
      </div>
      <CacheTable />
    </div>
  );
}

function CacheTable() {
  const t = useText();
  const formats = useFormats();
  const cache = useStudio((state) => state.storage?.cache ?? []);
  const attempt = useStudio((state) => state.attempt);
  const evict = useStudio((state) => state.evict);
  if (cache.length === 0) return <p className={classes.empty}>{t.storage.empty}</p>;
  return (
    <ScrollRegion label={t.storage.cache} className={list.scroller}>
      <Table className={list.table} aria-label={t.storage.cache} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.storage.model}</Table.Th>
            <Table.Th>{t.storage.revision}</Table.Th>
            <Table.Th className={list.figure}>{t.storage.size}</Table.Th>
            <Table.Th>{t.storage.lastUsed}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t.history.actionsColumn}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {cache.map(({ repo, revision, bytes, lastUsed }) => (
            <Table.Tr key={`${repo}@${revision}`}>
              <Table.Td className={classes.name}>{repo}</Table.Td>
              <Table.Td>
                <code className={classes.code} title={revision}>
                  {revision.slice(0, 7)}
                </code>
              </Table.Td>
              <Table.Td className={list.figure}>{formats.bytes(bytes)}</Table.Td>
              <Table.Td>{formats.dateTime(lastUsed)}</Table.Td>
              <Table.Td className={list.figure}>
                <Tooltip label={t.storage.evict(repo)}>
                  <ActionIcon
                    size={22}
                    aria-label={t.storage.evict(repo)}
                    onClick={() => attempt(evict(repo, revision))}
                  >
                    <IconTrash size={14} />
                  </ActionIcon>
                </Tooltip>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  );
}
