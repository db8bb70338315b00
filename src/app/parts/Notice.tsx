import { Notification } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useStudio, useText } from "../context";
import { FailureText } from "./FailureText";
import classes from "./Notice.module.css";

/** What failed and has no panel to say so; stays until it is closed. */
export function Notice() {
  const t = useText();
  const notice = useStudio((state) => state.notice);
  const dismissNotice = useStudio((state) => state.dismissNotice);
  if (!notice) return null;
  return (
    <Notification
      className={classes.notice}
      icon={<IconAlertTriangle size={18} />}
      color="red"
      onClose={dismissNotice}
      closeButtonProps={{ "aria-label": t.close }}
      withBorder
    >
      <FailureText failure={notice} />
    </Notification>
  );
}
