import { createContext, useContext, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import type { StudioState } from "../state/state";
import type { Studio } from "../state/studio";
import { type Catalogue, catalogueOf, type Messages, onCatalogue } from "./i18n";
import { type Formats, formatsOf } from "./i18n/format";

export const StudioContext = createContext<Studio | undefined>(undefined);

/** The store itself, for handlers; to draw something, use `useStudio`. */
export function useStudioStore(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error("This component stands outside StudioContext.");
  return studio;
}

export function useStudio<T>(select: (state: StudioState) => T): T {
  return useStore(useStudioStore(), select);
}

/** Everything the page says, in the chosen language as soon as that is here. */
export function useCatalogue(): Catalogue {
  const language = useStudio((state) => state.language);
  return useSyncExternalStore(onCatalogue, () => catalogueOf(language));
}

/** The words of the page. */
export function useText(): Messages {
  return useCatalogue().messages;
}

export function useFormats(): Formats {
  return formatsOf(useStudio((state) => state.language));
}
