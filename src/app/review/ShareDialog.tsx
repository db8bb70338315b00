import { Button, CopyButton, Modal, Text, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { type Failure, failureOf } from "../../state/failure";
import { readyModels } from "../../state/models/models";
import { useFormats, useStudio, useText } from "../context";
import { FailureText } from "../parts/FailureText";
import { useOpened } from "../parts/useOpened";
import "../theme/dialogs";
import classes from "./Review.module.css";

/** A link to the recipe as it stands. */
export default function ShareDialog() {
  const t = useText();
  const opened = useOpened(useStudio((state) => state.dialog === "share"));
  const show = useStudio((state) => state.show);
  return (
    <Modal
      opened={opened}
      onClose={() => show({ dialog: undefined })}
      title={t.share.title}
      size={560}
      closeButtonProps={{ "aria-label": t.close }}
    >
      <Link />
    </Modal>
  );
}

function Link() {
  const t = useText();
  const formats = useFormats();
  const shareFragment = useStudio((state) => state.shareFragment);
  const models = useStudio((state) => state.models);
  const used = useStudio((state) => state.report?.plan?.models);
  const [link, setLink] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    const page = location.href.split("#")[0];
    shareFragment().then(
      (fragment) => setLink(`${page}${fragment}`),
      (error: unknown) => setFailure(failureOf(error)),
    );
  }, [shareFragment]);
  // Samples are at home wherever the studio is; these are not.
  const local = readyModels(models)
    .filter(({ key, origin }) => used?.includes(key) && origin.kind !== "hub" && origin.kind !== "sample")
    .map(({ key }) => key);
  return (
    <>
      <Text size="sm" c="dimmed" mb={10}>
        {t.share.hint}
      </Text>
      {failure ? (
        <>
          <Text fw={600}>{t.share.failed}</Text>
          <FailureText failure={failure} />
        </>
      ) : (
        <div className={classes.link}>
          <TextInput
            label={t.share.link}
            value={link ?? ""}
            readOnly
            onFocus={(event) => event.currentTarget.select()}
            classNames={{ input: classes.address }}
          />
          <CopyButton value={link ?? ""}>
            {({ copied, copy }) => (
              <Button
                onClick={copy}
                disabled={!link}
                leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                data-autofocus
              >
                {copied ? t.share.copied : t.share.copy}
              </Button>
            )}
          </CopyButton>
        </div>
      )}
      {local.length > 0 && (
        <Text size="xs" mt={10} className={classes.warning}>
          {t.share.localModels(formats.list(local))}
        </Text>
      )}
    </>
  );
}
