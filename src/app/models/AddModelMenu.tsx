import { Button, Menu } from "@mantine/core";
import { IconCheck, IconCloudDownload, IconFiles, IconFlask, IconFolder, IconPlus } from "@tabler/icons-react";
import type { ModelOrigin } from "../../engine/protocol/protocol";
import { SAMPLES } from "../../state/models/models";
import { useStudio, useText } from "../context";
import { pickFiles, pickFolder } from "./pickers";

export function AddModelMenu() {
  const t = useText();
  const models = useStudio((state) => state.models);
  const attempt = useStudio((state) => state.attempt);
  const addModel = useStudio((state) => state.addModel);
  const show = useStudio((state) => state.show);
  const add = async (picking: Promise<ModelOrigin[]>) => {
    for (const origin of await picking) await addModel(origin);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" leftSection={<IconPlus size={14} />} px={8}>
          {t.models.add}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCloudDownload size={15} />} onClick={() => show({ dialog: "hub" })}>
          {t.models.fromHub}
        </Menu.Item>
        <Menu.Item leftSection={<IconFolder size={15} />} onClick={() => attempt(add(pickFolder()))}>
          {t.models.folder}
        </Menu.Item>
        <Menu.Item leftSection={<IconFiles size={15} />} onClick={() => attempt(add(pickFiles()))}>
          {t.models.files}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t.models.samples}</Menu.Label>
        {SAMPLES.map((name) => {
          const loaded = models.some(({ origin }) => origin.kind === "sample" && origin.name === name);
          return (
            <Menu.Item
              key={name}
              leftSection={<IconFlask size={15} />}
              rightSection={loaded ? <IconCheck size={14} aria-label={t.models.loaded} /> : undefined}
              disabled={loaded}
              onClick={() => void addModel({ kind: "sample", name })}
            >
              {name}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
