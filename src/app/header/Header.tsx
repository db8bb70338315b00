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
import { shortcutText } from "../commands/shortcutText";
import { useStudio, useText } from "../context";
import { LANGUAGE_NAMES } from "../i18n";
import classes from "./Header.module.css";
import { Mark } from "./Mark";

const SCHEME_ICONS = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop };
const SCHEMES: readonly Scheme[] = ["light", "dark", "auto"];

/** Name of the studio, and what concerns the whole window. */
export function Header({ onPalette }: { readonly onPalette: () => void }) {
  const t = useText();
  const undo = useStudio((state) => state.undo);
  const redo = useStudio((state) => state.redo);
  const canUndo = useStudio((state) => state.recipe.past.length > 0);
  const canRedo = useStudio((state) => state.recipe.future.length > 0);
  const show = useStudio((state) => state.show);
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
        <Tooltip label={`${t.header.undo} · ${shortcutText("mod+Z")}`}>
          <ActionIcon aria-label={t.header.undo} onClick={undo} disabled={!canUndo}>
            <IconArrowBackUp size={17} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={`${t.header.redo} · ${shortcutText("mod+shift+Z")}`}>
          <ActionIcon aria-label={t.header.redo} onClick={redo} disabled={!canRedo}>
            <IconArrowForwardUp size={17} />
          </ActionIcon>
        </Tooltip>
        <span className={classes.gap} />
        <LanguageSwitch />
        <SchemeMenu />
        <Button
          variant="default"
          leftSection={<IconShare2 size={14} />}
          onClick={() => show({ dialog: "share" })}
          className={classes.share}
          aria-label={t.header.share}
        >
          <span className={classes.shareWord}>{t.header.share}</span>
        </Button>
      </div>
    </header>
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
