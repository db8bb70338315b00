import type { Language } from "../../state/settings";
import { en, type Messages } from "./en";
import { ja } from "./ja";

export type { Messages } from "./en";

export const messages: Readonly<Record<Language, Messages>> = { en, ja };

/** Each language by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", ja: "日本語" };
