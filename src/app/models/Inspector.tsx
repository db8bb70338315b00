import { Drawer, Loader, SegmentedControl, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import type { ModelDetails, ModelSummary } from "../../engine/protocol/protocol";
import { type Failure, failureOf } from "../../state/failure";
import { useFormats, useStudio, useText } from "../context";
import { FactList } from "../parts/FactList";
import { FailureText } from "../parts/FailureText";
import { ScrollRegion } from "../parts/ScrollRegion";
import { useLast } from "../parts/useLast";
import { useOpened } from "../parts/useOpened";
import { dtypeLabel } from "./dtypeLabel";
import "../theme/dialogs";
import classes from "./Inspector.module.css";
import { TensorTable } from "./TensorTable";

/** What is inside a model: its tensors and its config. */
export default function Inspector() {
  const t = useText();
  const show = useStudio((state) => state.show);
  const inspected = useStudio((state) => state.models.find(({ id }) => id === state.inspected));
  const summary = inspected?.status === "ready" ? inspected.summary : undefined;
  const shown = useLast(summary);
  const opened = useOpened(summary !== undefined);
  return (
    <Drawer
      opened={opened}
      onClose={() => show({ inspected: undefined })}
      title={shown?.key}
      position="right"
      size="min(760px, 100%)"
      closeButtonProps={{ "aria-label": t.inspector.close }}
      classNames={{ body: classes.body, content: classes.content, title: classes.title }}
    >
      {shown && <Inside summary={shown} />}
    </Drawer>
  );
}

type Loaded = ModelDetails | Failure | undefined;

function Inside({ summary }: { readonly summary: ModelSummary }) {
  const t = useText();
  const formats = useFormats();
  const modelDetails = useStudio((state) => state.modelDetails);
  const [view, setView] = useState<"tensors" | "config">("tensors");
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    let current = true;
    setLoaded(undefined);
    modelDetails(summary.key).then(
      (details) => current && setLoaded(details),
      (error: unknown) => current && setLoaded(failureOf(error)),
    );
    return () => {
      current = false;
    };
  }, [modelDetails, summary.key]);

  return (
    <>
      <div className={classes.summary}>
        <FactList
          facts={[
            { label: t.plan.parameters, value: formats.parameters(summary.parameters) },
            { label: t.inspector.size, value: formats.bytes(summary.bytes) },
            {
              label: t.inspector.dtype,
              value: summary.dtypes.map((stored) => `${dtypeLabel(stored)} ${formats.bytes(stored.bytes)}`).join(", "),
            },
            ...(summary.license ? [{ label: t.models.license, value: summary.license }] : []),
            ...(summary.revision ? [{ label: t.inspector.revision, value: <code>{summary.revision}</code> }] : []),
          ]}
        />
      </div>
      <SegmentedControl
        className={classes.views}
        value={view}
        onChange={setView}
        data={[
          { value: "tensors", label: t.inspector.tensors },
          { value: "config", label: t.inspector.config },
        ]}
      />
      {loaded === undefined && (
        <Text c="dimmed" className={classes.loading}>
          <Loader size={12} /> {t.inspector.loading}
        </Text>
      )}
      {loaded && "message" in loaded && <FailureText failure={loaded} />}
      {loaded && "tensors" in loaded && view === "tensors" && <TensorTable tensors={loaded.tensors} />}
      {loaded && "tensors" in loaded && view === "config" && (
        <ScrollRegion className={classes.config} label={t.inspector.config}>
          <pre>{loaded.config}</pre>
        </ScrollRegion>
      )}
    </>
  );
}
