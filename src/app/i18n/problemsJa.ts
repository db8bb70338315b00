import type { FactSentence } from "./failures";

export const problemsJa: Readonly<Record<string, FactSentence>> = {};
