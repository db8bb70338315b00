import { MantineProvider } from "@mantine/core";
import { useEffect } from "react";
import type { Studio } from "../state/studio";
import { StudioContext, useStudio } from "./context";
import { fetchCatalogue } from "./i18n";
import { Boundary, type Rescue } from "./parts/Boundary";
import { StudioWindow } from "./StudioWindow";
import "./theme/mantine";
import "./theme/theme.css";
import { cssVariables, theme } from "./theme/theme";

interface AppProps {
  readonly studio: Studio;
  readonly rescue: Rescue;
}

export function App({ studio, rescue }: AppProps) {
  return (
    <StudioContext value={studio}>
      <Themed rescue={rescue} />
    </StudioContext>
  );
}

function Themed({ rescue }: Pick<AppProps, "rescue">) {
  const scheme = useStudio((state) => state.scheme);
  const language = useStudio((state) => state.language);
  const attempt = useStudio((state) => state.attempt);
  useEffect(() => {
    document.documentElement.lang = language;
    void attempt(fetchCatalogue(language));
  }, [language, attempt]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} {...schemeProps(scheme)}>
      <Boundary rescue={rescue}>
        <StudioWindow />
      </Boundary>
    </MantineProvider>
  );
}

/** The studio remembers the scheme itself; Mantine only has to wear it. */
function schemeProps(scheme: "light" | "dark" | "auto") {
  return scheme === "auto" ? { defaultColorScheme: "auto" as const } : { forceColorScheme: scheme };
}
