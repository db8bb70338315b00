import { MantineProvider } from "@mantine/core";
import { useEffect } from "react";
import type { Studio } from "../state/studio";
import { StudioContext, useStudio } from "./context";
import { StudioWindow } from "./StudioWindow";
import "./theme/mantine";
import "./theme/theme.css";
import { cssVariables, theme } from "./theme/theme";

export function App({ studio }: { readonly studio: Studio }) {
  return (
    <StudioContext value={studio}>
      <Themed />
    </StudioContext>
  );
}

function Themed() {
  const scheme = useStudio((state) => state.scheme);
  const language = useStudio((state) => state.language);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} {...schemeProps(scheme)}>
      <StudioWindow />
    </MantineProvider>
  );
}

/** The studio remembers the scheme itself; Mantine only has to wear it. */
function schemeProps(scheme: "light" | "dark" | "auto") {
  return scheme === "auto" ? { defaultColorScheme: "auto" as const } : { forceColorScheme: scheme };
}
