import { Kbd } from "@mantine/core";
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import "../theme/dialogs";
import "@mantine/spotlight/styles.layer.css";
import { IconSearch } from "@tabler/icons-react";
import { useEffect } from "react";
import { useStudioStore, useText } from "../context";
import { type Command, commands, runCommand } from "./commands";
import { shortcutText } from "./shortcutText";

const [palette, handle] = createSpotlight();

/** Every command by name. Loaded when first asked for; each new `request` opens it. */
export default function CommandPalette({ request }: { readonly request: number }) {
  const t = useText();
  const studio = useStudioStore();
  useEffect(() => {
    if (request > 0) handle.open();
  }, [request]);
  const groups = new Map<Command["group"], Command[]>();
  for (const command of commands) {
    if (command.enabled?.(studio.getState()) ?? true) {
      groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
    }
  }
  return (
    <Spotlight
      store={palette}
      // Only a title names the dialog; seen, it would say again what the field says.
      title={t.header.commands}
      styles={{ header: { display: "none" } }}
      shortcut={null}
      nothingFound={t.commands.nothing}
      highlightQuery
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      scrollable
      maxHeight={420}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t.header.commands } }}
      searchProps={{
        leftSection: <IconSearch size={16} />,
        placeholder: t.commands.search,
        "aria-label": t.commands.search,
      }}
      actions={[...groups].map(([group, listed]) => ({
        group: t.commands.groups[group],
        actions: listed.map((command) => ({
          id: command.id,
          label: command.label(t),
          onClick: () => runCommand(studio, command),
          ...(command.shortcut && { rightSection: <Kbd size="xs">{shortcutText(command.shortcut)}</Kbd> }),
        })),
      }))}
    />
  );
}
