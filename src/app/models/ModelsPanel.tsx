import { Text } from "@mantine/core";
import { useStudio, useText } from "../context";
import { Panel } from "../parts/Panel";
import { AddModelMenu } from "./AddModelMenu";
import { ModelCard } from "./ModelCard";
import classes from "./ModelsPanel.module.css";

/** The models on the table. */
export function ModelsPanel() {
  const t = useText();
  const models = useStudio((state) => state.models);
  return (
    <Panel title={t.models.title} actions={<AddModelMenu />}>
      {models.length === 0 ? (
        <div className={classes.empty}>
          <Text fw={600}>{t.models.empty}</Text>
          <Text c="dimmed">{t.models.emptyHint}</Text>
        </div>
      ) : (
        <>
          <ul className={classes.list} aria-label={t.models.title}>
            {models.map((entry, index) => (
              <ModelCard key={entry.id} entry={entry} index={index} />
            ))}
          </ul>
          <p className={classes.hint}>{t.models.dropHint}</p>
        </>
      )}
    </Panel>
  );
}
