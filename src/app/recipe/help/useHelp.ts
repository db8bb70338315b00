import { useEffect, useSyncExternalStore } from "react";
import { own } from "../../../base/own";
import type { Language } from "../../../state/settings";
import { useStudio } from "../../context";
import { whenIdle } from "../../parts/browser/whenIdle";
import type { Help } from "./help";

/** Fetched when a form has it to show and nobody waits. */
const sources: Readonly<Record<Language, () => Promise<Help>>> = {
  en: async () => (await import("./en")).en,
  ja: async () => (await import("./ja")).ja,
};

const arrived = new Map<Language, Help>();
const listeners = new Set<() => void>();

async function fetchHelp(language: Language): Promise<void> {
  if (arrived.has(language)) return;
  arrived.set(language, await sources[language]());
  for (const listener of listeners) listener();
}

function onHelp(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Looks up what is said of methods and their parameters; undefined until it has arrived. */
export function useHelp() {
  const language = useStudio((state) => state.language);
  const help = useSyncExternalStore(onHelp, () => arrived.get(language));
  // Without a network before its first use, the form works without it.
  useEffect(() => whenIdle(() => void fetchHelp(language).catch(() => undefined)), [language]);
  return {
    ofMethod: (id: string) => help && own(help.methods, id),
    ofParameter: (method: string, name: string) => help && helpOf(help, method, name),
  };
}

/** What a parameter of a method does. */
export function helpOf({ parameters, own: special }: Help, method: string, name: string): string | undefined {
  return own(own(special, method) ?? {}, name) ?? own(parameters, name);
}
