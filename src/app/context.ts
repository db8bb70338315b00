import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { Studio, StudioState } from "../state/studio";
import { type Messages, messages } from "./i18n";
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

/** The words of the page in the chosen language. */
export function useText(): Messages {
  return messages[useStudio((state) => state.language)];
}

export function useFormats(): Formats {
  return formatsOf(useStudio((state) => state.language));
}
