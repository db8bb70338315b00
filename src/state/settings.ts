import type { DevicePreference } from "../compute/preference";
import type { Slice } from "./slice";

export const LANGUAGES = ["en", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Scheme = "light" | "dark" | "auto";

/** What a person sets once and expects to find again. */
export interface Settings {
  readonly language: Language;
  readonly scheme: Scheme;
  /** The Hub's address; changed by those who run a mirror. */
  readonly hubUrl: string;
  readonly devicePreference: DevicePreference;
  /** Bytes of tensor data per output file. */
  readonly shardBytes: number;
  readonly allowNonFinite: boolean;
  /** Keep results in the browser, or ask for a folder at each merge. */
  readonly place: "browser" | "directory";
}

export interface SettingsSlice extends Settings {
  changeSettings(change: Partial<Settings>): void;
}

export const DEFAULT_HUB_URL = "https://huggingface.co";

export const defaultSettings: Settings = {
  language: "en",
  scheme: "auto",
  hubUrl: DEFAULT_HUB_URL,
  devicePreference: "auto",
  shardBytes: 5_000_000_000,
  allowNonFinite: false,
  place: "browser",
};

/** The first language of the browser that the studio speaks. */
export function preferredLanguage(languages: readonly string[]): Language {
  for (const tag of languages) {
    const match = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (match) return match;
  }
  return "en";
}

/** Another device, or another Hub, is another engine. */
type Needs = { startEngine(): Promise<void> };

export const createSettingsSlice: Slice<SettingsSlice, Needs> = (set, get) => ({
  ...defaultSettings,
  changeSettings(change) {
    const before = get();
    set(change);
    const { devicePreference, hubUrl } = get();
    if (devicePreference !== before.devicePreference || hubUrl !== before.hubUrl) void get().startEngine();
  },
});
