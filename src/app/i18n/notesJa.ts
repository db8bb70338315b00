import type { FactSentence } from "./failures";

export const notesJa: Readonly<Record<string, FactSentence>> = {};
