import type {
  ActionIcon,
  Badge,
  Button,
  Checkbox,
  CSSVariablesResolver,
  Drawer,
  Input,
  MantineColorsTuple,
  Menu,
  Modal,
  NumberInput,
  Popover,
  SegmentedControl,
  Select,
  Slider,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { createTheme } from "@mantine/core";

/** What a theme may say of a component. By types alone: a dialog comes with whoever opens it, not with the theme. */
type Look<C extends { extend(look: never): unknown }> = Parameters<C["extend"]>[0];

/** 藍, the blue of indigo dye: the one accent. */
const ai: MantineColorsTuple = [
  "#eef6fa",
  "#d9eaf2",
  "#b0d3e4",
  "#84bbd5",
  "#60a7c9",
  "#4a9ac1",
  "#3a8cb6",
  "#2b7da6",
  "#1c6f96",
  "#165e83",
];

/** Greys of the dark scheme: towards blue, as its surfaces are. */
const dark: MantineColorsTuple = [
  "#e5e8ec",
  "#c4cad3",
  "#a7aeba",
  "#8d95a2",
  "#3a404a",
  "#2c313a",
  "#1b1e23",
  "#15171b",
  "#111317",
  "#0e1013",
];

interface Looks {
  ActionIcon: Look<typeof ActionIcon>;
  Badge: Look<typeof Badge>;
  Button: Look<typeof Button>;
  Checkbox: Look<typeof Checkbox>;
  Drawer: Look<typeof Drawer>;
  Menu: Look<typeof Menu>;
  Modal: Look<typeof Modal>;
  NumberInput: Look<typeof NumberInput>;
  Popover: Look<typeof Popover>;
  SegmentedControl: Look<typeof SegmentedControl>;
  Select: Look<typeof Select>;
  Slider: Look<typeof Slider>;
  Textarea: Look<typeof Textarea>;
  TextInput: Look<typeof TextInput>;
  Tooltip: Look<typeof Tooltip>;
  InputWrapper: Look<typeof Input.Wrapper>;
}

/** Dense and quiet: small controls, hairlines for shadows, motion only where something opens. */
export const theme = createTheme({
  primaryColor: "ai",
  primaryShade: { light: 9, dark: 8 },
  colors: { ai, dark },
  fontFamily: "var(--font-ui)",
  fontFamilyMonospace: "var(--font-mono)",
  headings: { fontFamily: "var(--font-ui)", fontWeight: "600" },
  fontSizes: { xs: "11.5px", sm: "12.5px", md: "13px", lg: "15px", xl: "18px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "2px", sm: "4px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "sm",
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 28 } },
    Badge: { defaultProps: { size: "sm", variant: "light", radius: "sm", tt: "none", fw: 500 } },
    Button: { defaultProps: { size: "xs" } },
    Checkbox: { defaultProps: { size: "xs" } },
    Drawer: { defaultProps: { overlayProps: { backgroundOpacity: 0.25 } } },
    InputWrapper: { defaultProps: { size: "xs" } },
    Menu: { defaultProps: { shadow: "md", width: 240, transitionProps: { duration: 90 } } },
    Modal: {
      defaultProps: { overlayProps: { backgroundOpacity: 0.35 }, radius: "lg" },
      styles: { title: { fontWeight: 600 } },
    },
    NumberInput: { defaultProps: { size: "xs" } },
    Popover: { defaultProps: { shadow: "md" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs", checkIconPosition: "right", allowDeselect: false } },
    Slider: { defaultProps: { size: 3, thumbSize: 12 } },
    Textarea: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, fz: "xs" } },
  } satisfies Looks,
});

/** Mantine's own surfaces and lines, said in the studio's colours. */
export const cssVariables: CSSVariablesResolver = () => {
  const surfaces = {
    "--mantine-color-body": "var(--paper)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-2)",
    "--mantine-color-placeholder": "var(--ink-3)",
    "--mantine-color-default": "var(--raised)",
    "--mantine-color-default-hover": "var(--sunken)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-anchor": "var(--accent-ink)",
    "--mantine-color-error": "var(--bad)",
    "--mantine-shadow-md": "var(--shadow)",
    "--mantine-color-gray-light-color": "var(--ink-2)",
    "--mantine-color-gray-text": "var(--ink-2)",
    "--mantine-color-yellow-light": "var(--warn-wash)",
    "--mantine-color-yellow-light-color": "var(--warn)",
    "--mantine-color-green-light": "var(--ok-wash)",
    "--mantine-color-green-light-color": "var(--ok)",
    "--mantine-color-ai-light": "var(--accent-wash)",
    "--mantine-color-ai-light-color": "var(--accent-ink)",
    "--mantine-color-red-text": "var(--bad)",
    "--mantine-color-red-light-color": "var(--bad)",
  };
  return { variables: {}, light: surfaces, dark: surfaces };
};
