import type { Language } from "../../state/settings";
import { type Catalogue, english } from "./catalogue";

export type { Catalogue } from "./catalogue";
export type { Messages } from "./en/words";

/** Each language by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", ja: "日本語" };

/** English comes with the page; every other language when it is wanted. */
const sources: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => english,
  ja: async () => (await import("./ja/japanese")).japanese,
};

const arrived = new Map<Language, Catalogue>([["en", english]]);
const listeners = new Set<() => void>();

/** The language as far as it is here: English until it has arrived. */
export function catalogueOf(language: Language): Catalogue {
  return arrived.get(language) ?? english;
}

export async function fetchCatalogue(language: Language): Promise<void> {
  if (arrived.has(language)) return;
  arrived.set(language, await sources[language]());
  for (const listener of listeners) listener();
}

/** Calls `listener` whenever a language has arrived; gives the way to stop that. */
export function onCatalogue(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
