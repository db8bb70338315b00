import { MantineProvider } from "@mantine/core";
import { cleanup, configure, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, vi } from "vitest";
import type { EngineClient } from "../engine/boundary/client";
import { methodFacts } from "../merge/registry";
import { planMerge } from "../recipe/plan/planMerge";
import type { Language } from "../state/settings";
import type { StudioState } from "../state/state";
import type { Studio } from "../state/studio";
import { testStudio } from "../state/studio.testing";
import { StudioContext } from "./context";
import { catalogueOf, fetchCatalogue } from "./i18n";
import { theme } from "./theme/theme";

/* Parts of the page on a screen without a browser: what they say and offer, not how they look. */

configure({ asyncUtilTimeout: 5000 }); // lazy parts are compiled when they are first asked for
afterEach(cleanup);

export interface Showing {
  readonly language?: Language;
  readonly engine?: Partial<EngineClient>;
  /** What the studio knows when the part is drawn. */
  readonly state?: Partial<StudioState>;
}

/** A studio whose engine answers at once and plans recipes as the real one does, without models. */
export function studioOf({ language = "en", engine = {}, state = {} }: Showing = {}): Studio {
  const check: EngineClient["check"] = async (text) => ({
    problems: planMerge(text, new Map(), methodFacts, { budgetBytes: 2 ** 28 }).problems,
    missing: [],
  });
  const studio = testStudio({ check, methods: async () => methodFacts, ...engine });
  studio.setState({ language, ...state });
  return studio;
}

/** Draws a part of the page, in its language from the first. */
export async function draw(part: ReactNode, studio: Studio): Promise<void> {
  const { language } = studio.getState();
  await fetchCatalogue(language);
  if (language !== "en") await vi.waitUntil(() => Object.keys(catalogueOf(language).failures).length > 0);
  render(
    <StudioContext value={studio}>
      <MantineProvider theme={theme} env="test">
        {part}
      </MantineProvider>
    </StudioContext>,
  );
}

export async function showing(part: ReactNode, what: Showing = {}): Promise<Studio> {
  const studio = studioOf(what);
  await draw(part, studio);
  return studio;
}
