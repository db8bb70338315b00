import type { FactSentence } from "./failures";

export const failuresJa: Readonly<Record<string, FactSentence>> = {};
