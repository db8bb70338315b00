import { Button, Menu } from "@mantine/core";
import { IconCheck, IconCloudDownload, IconFiles, IconFlask, IconFolder, IconPlus } from "@tabler/icons-react";
import { SAMPLES } from "../../state/models/models";
import { addFilesCommand, addFolderCommand, addHubCommand, addSampleCommand, type Command } from "../commands/commands";
import { useCommand } from "../commands/useCommand";
import { useText } from "../context";

const SAMPLE_COMMANDS = SAMPLES.map(addSampleCommand);

export function AddModelMenu() {
  const t = useText();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" leftSection={<IconPlus size={14} />} px={8}>
          {t.models.add}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <CommandItem command={addHubCommand} icon={IconCloudDownload} />
        <CommandItem command={addFolderCommand} icon={IconFolder} />
        <CommandItem command={addFilesCommand} icon={IconFiles} />
        <Menu.Divider />
        <Menu.Label>{t.models.samples}</Menu.Label>
        {SAMPLE_COMMANDS.map((command) => (
          <CommandItem key={command.id} command={command} icon={IconFlask} done={t.models.loaded} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface CommandItemProps {
  readonly command: Command;
  readonly icon: typeof IconPlus;
  /** Said where there is nothing left to do. */
  readonly done?: string;
}

function CommandItem({ command, icon: Icon, done }: CommandItemProps) {
  const { short, enabled, run } = useCommand(command);
  return (
    <Menu.Item
      leftSection={<Icon size={15} />}
      rightSection={done && !enabled ? <IconCheck size={14} aria-label={done} /> : undefined}
      disabled={!enabled}
      onClick={run}
    >
      {short}
    </Menu.Item>
  );
}
