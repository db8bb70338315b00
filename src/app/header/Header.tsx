import { ActionIcon, Button, Kbd, Menu, SegmentedControl, Tooltip, UnstyledButton } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDeviceDesktop,
  IconMoon,
  IconSearch,
  IconShare2,
  IconSun,
} from "@tabler/icons-react";
import { LANGUAGES, type Scheme } from "../../state/settings";
import { type Command, redoCommand, shareCommand, undoCommand } from "../commands/commands";
import { shortcutText } from "../commands/shortcutText";
import { useCommand } from "../commands/useCommand";
import { useStudio, useText } from "../context";
import { LANGUAGE_NAMES } from "../i18n";
import classes from "./Header.module.css";
import { Mark } from "./Mark";

const SCHEME_ICONS = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop };
const SCHEMES: readonly Scheme[] = ["light", "dark", "auto"];

/** Name of the studio, and what concerns the whole window. */
export function Header({ onPalette }: { readonly onPalette: () => void }) {
  const t = useText();
  const share = useCommand(shareCommand);
  return (
    <header className={classes.header}>
      <div className={classes.brand}>
        <Mark />
        <h1 className={classes.name}>
          <span lang="ja">合わせ</span> Awase
        </h1>
        <span className={classes.tagline}>{t.app.tagline}</span>
      </div>
      <UnstyledButton className={classes.search} onClick={onPalette} aria-label={t.header.commands}>
        <IconSearch size={14} aria-hidden />
        <span>{t.header.commands}</span>
        <Kbd size="xs">{shortcutText("mod+K")}</Kbd>
      </UnstyledButton>
      <div className={classes.tools}>
        <IconCommand command={undoCommand} icon={IconArrowBackUp} />
        <IconCommand command={redoCommand} icon={IconArrowForwardUp} />
        <span className={classes.gap} />
        <LanguageSwitch />
        <SchemeMenu />
        <Button
          variant="default"
          leftSection={<IconShare2 size={14} />}
          onClick={share.run}
          className={classes.share}
          aria-label={share.short}
        >
          <span className={classes.shareWord}>{share.short}</span>
        </Button>
      </div>
    </header>
  );
}

function IconCommand({ command, icon: Icon }: { readonly command: Command; readonly icon: typeof IconSearch }) {
  const { label, enabled, run } = useCommand(command);
  return (
    <Tooltip label={command.shortcut ? `${label} · ${shortcutText(command.shortcut)}` : label}>
      <ActionIcon aria-label={label} onClick={run} disabled={!enabled}>
        <Icon size={17} />
      </ActionIcon>
    </Tooltip>
  );
}

function LanguageSwitch() {
  const t = useText();
  const language = useStudio((state) => state.language);
  const changeSettings = useStudio((state) => state.changeSettings);
  return (
    <SegmentedControl
      className={classes.language}
      aria-label={t.header.language}
      value={language}
      onChange={(value) => changeSettings({ language: value })}
      data={LANGUAGES.map((value) => ({
        value,
        label: (
          <span lang={value} title={LANGUAGE_NAMES[value]}>
            {value === "en" ? "EN" : "日本語"}
          </span>
        ),
      }))}
    />
  );
}

function SchemeMenu() {
  const t = useText();
  const scheme = useStudio((state) => state.scheme);
  const changeSettings = useStudio((state) => state.changeSettings);
  const Icon = SCHEME_ICONS[scheme];
  return (
    <Menu width={190} position="bottom-end">
      <Menu.Target>
        <Tooltip label={t.header.theme}>
          <ActionIcon aria-label={t.header.theme}>
            <Icon size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map((value) => {
          const Choice = SCHEME_ICONS[value];
          return (
            <Menu.Item
              key={value}
              leftSection={<Choice size={15} />}
              onClick={() => changeSettings({ scheme: value })}
              {...(value === scheme && { "aria-current": true })}
            >
              {t.header.themes[value]}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
