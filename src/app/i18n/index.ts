import type { Language } from "../../state/settings";
import { whenIdle } from "../parts/browser/whenIdle";
import { type Afterwards, type AtFirst, type Catalogue, english } from "./catalogue";

export type { Catalogue } from "./catalogue";
export type { Messages } from "./en/words";

/** Each language by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", ja: "日本語" };

interface Source {
  atFirst(): Promise<AtFirst>;
  afterwards(): Promise<Afterwards>;
}

/** English comes with the page; every other language when it is wanted, and of that what is said when something happens a little later. */
const sources: Readonly<Record<Exclude<Language, "en">, Source>> = {
  ja: {
    atFirst: async () => (await import("./ja/japanese")).atFirst,
    afterwards: async () => (await import("./ja/afterwards")).afterwards,
  },
};

const arrived = new Map<Language, Catalogue>([["en", english]]);
const listeners = new Set<() => void>();

/** The language as far as it is here: English until it has arrived. */
export function catalogueOf(language: Language): Catalogue {
  return arrived.get(language) ?? english;
}

export async function fetchCatalogue(language: Language): Promise<void> {
  if (language === "en" || arrived.has(language)) return;
  const { atFirst, afterwards } = sources[language];
  const first = await atFirst();
  arrive(language, { ...first, failures: {}, notes: {} });
  whenIdle(() => {
    afterwards().then(
      (more) => arrive(language, { ...first, ...more }),
      () => undefined, // without a network English stands by
    );
  });
}

function arrive(language: Language, catalogue: Catalogue): void {
  arrived.set(language, catalogue);
  for (const listener of listeners) listener();
}

/** Calls `listener` whenever a language has arrived; gives the way to stop that. */
export function onCatalogue(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
