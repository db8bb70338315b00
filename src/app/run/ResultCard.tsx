import { ActionIcon, Button, CopyButton, Progress, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload, IconFolderDown, IconPlus } from "@tabler/icons-react";
import type { MergeReport } from "../../engine/protocol/protocol";
import { useFormats, useStudio, useText } from "../context";
import { useResultActions } from "../history/useResultActions";
import { FailureText } from "../parts/FailureText";
import { Section } from "../parts/Panel";
import classes from "./Run.module.css";

interface ResultCardProps {
  readonly report: MergeReport;
  /** The folder it was written to, if it was. */
  readonly directory: FileSystemDirectoryHandle | undefined;
  /** Said where it is not what the recipe on the screen would give. */
  readonly outdated: string | undefined;
  /** Whether the guard left nothing of the merge. */
  readonly isBase: boolean;
}

/** What came out, and where it can go from here. */
export default function ResultCard({ report, directory, outdated, isBase }: ResultCardProps) {
  const t = useText();
  const formats = useFormats();
  const attempt = useStudio((state) => state.attempt);
  const addModel = useStudio((state) => state.addModel);
  const transfer = useStudio((state) => (state.transfer?.id === report.id ? state.transfer : undefined));
  const cancelTransfer = useStudio((state) => state.cancelTransfer);
  const { downloadZip, saveToFolder, addAsModel } = useResultActions(report);
  const busy = transfer !== undefined && transfer.failure === undefined;
  return (
    <Section
      title={t.run.result}
      aside={<span className={classes.quiet}>{formats.bytes(report.writtenBytes)}</span>}
      outdated={outdated}
    >
      <Text fw={600} className={classes.resultName}>
        {report.name}
        {isBase && <span className={classes.quiet}> · {t.history.isBase}</span>}
      </Text>
      <Text size="xs" c="dimmed" mb={8}>
        {report.place === "directory" ? t.run.savedTo(directory?.name ?? report.name) : t.run.keptInBrowser}
      </Text>
      <div className={classes.resultActions}>
        {report.place === "browser" && (
          <>
            <Button leftSection={<IconDownload size={14} />} variant="default" onClick={() => attempt(downloadZip())}>
              {t.run.downloadZip}
            </Button>
            {"showDirectoryPicker" in window && (
              <Button
                leftSection={<IconFolderDown size={14} />}
                variant="default"
                loading={busy}
                onClick={() => attempt(saveToFolder())}
              >
                {t.run.saveToFolder}
              </Button>
            )}
            <Button leftSection={<IconPlus size={14} />} variant="default" onClick={() => void addAsModel()}>
              {t.run.useAsModel}
            </Button>
          </>
        )}
        {directory && (
          <Button
            leftSection={<IconPlus size={14} />}
            variant="default"
            onClick={() => void addModel({ kind: "directory", handle: directory })}
          >
            {t.run.useAsModel}
          </Button>
        )}
      </div>
      {busy && (
        <div className={classes.transfer}>
          <Progress
            aria-label={t.run.saveToFolder}
            value={transfer.lane && transfer.lane.total > 0 ? (100 * transfer.lane.done) / transfer.lane.total : 0}
          />
          <Button size="compact-xs" variant="default" onClick={cancelTransfer}>
            {t.run.cancel}
          </Button>
        </div>
      )}
      {transfer?.failure && <FailureText failure={transfer.failure} />}
      <h4 className={classes.filesTitle}>{t.run.files}</h4>
      <ul className={classes.files}>
        {report.files.map(({ path, size, sha256 }) => (
          <li key={path}>
            <span className={classes.path} title={path}>
              {path}
            </span>
            <span className={classes.quiet}>{formats.bytes(size)}</span>
            <code title={sha256}>{sha256.slice(0, 10)}</code>
            <CopyButton value={sha256}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? t.run.copied : t.run.copyHash(path)}>
                  <ActionIcon size={18} onClick={copy} aria-label={t.run.copyHash(path)}>
                    {copied ? <IconCheck size={12} /> : <IconCopy size={12} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          </li>
        ))}
      </ul>
    </Section>
  );
}
