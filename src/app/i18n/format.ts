import type { Language } from "../../state/settings";

const DECIMAL_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
const BINARY_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const SECONDS = { minute: 60, hour: 3600 };

/** Numbers as people of one language read them. Units keep their international symbols. */
export interface Formats {
  /** 1,234 */
  count(value: number): string;
  /** Three figures at most: 0.35, 12.5 */
  number(value: number): string;
  /** Five figures: 2.4244, 0.020526. As far as measurements are worth comparing. */
  measure(value: number): string;
  /** 7.24B, 1.5M: as models are spoken of, in every language. */
  parameters(value: number): string;
  /** 3.01 MB, powers of 1000: files and transfers. */
  bytes(value: number): string;
  /** 128 MiB, powers of 1024: memory and limits. */
  memory(value: number): string;
  percent(fraction: number): string;
  /** 0.4 sec, 12 sec, 3 min 20 sec, 2 hr 5 min */
  duration(seconds: number): string;
  dateTime(milliseconds: number): string;
  date(value: string | number): string;
  /** "a, b and c" */
  list(values: readonly string[]): string;
}

function createFormats(language: Language): Formats {
  const count = new Intl.NumberFormat(language);
  const figures = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  const measured = new Intl.NumberFormat(language, { maximumSignificantDigits: 5 });
  const farther = new Intl.NumberFormat(language, { notation: "scientific", maximumSignificantDigits: 3 });
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const unit = (unit: "second" | "minute" | "hour", digits: number) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits });
  const [second, tenths, minute, hour] = [unit("second", 0), unit("second", 1), unit("minute", 0), unit("hour", 0)];

  const scaled = (value: number, base: number, units: readonly string[]): string => {
    const steps = value < 1 ? 0 : Math.floor(Math.log(value) / Math.log(base));
    const power = Math.min(steps, units.length - 1);
    return `${figures.format(value / base ** power)} ${units[power] ?? ""}`;
  };

  return {
    count: (value) => count.format(value),
    number: (value) => figures.format(value),
    measure: (value) => {
      const size = Math.abs(value);
      return size !== 0 && (size >= 1e6 || size < 1e-4) ? farther.format(value) : measured.format(value);
    },
    parameters: (value) => compact.format(value),
    bytes: (value) => scaled(value, 1000, DECIMAL_UNITS),
    memory: (value) => scaled(value, 1024, BINARY_UNITS),
    percent: (fraction) => percent.format(fraction),
    duration(seconds) {
      if (seconds < 10) return tenths.format(seconds);
      const whole = Math.round(seconds);
      if (whole < SECONDS.minute) return second.format(whole);
      if (whole < SECONDS.hour) {
        return `${minute.format(Math.floor(whole / 60))} ${second.format(whole % 60)}`;
      }
      return `${hour.format(Math.floor(whole / 3600))} ${minute.format(Math.floor((whole % 3600) / 60))}`;
    },
    dateTime: (milliseconds) => dateTime.format(milliseconds),
    date: (value) => {
      const at = new Date(value);
      return Number.isNaN(at.getTime()) ? String(value) : date.format(at);
    },
    list: (values) => list.format(values),
  };
}

const remembered = new Map<Language, Formats>();

export function formatsOf(language: Language): Formats {
  let formats = remembered.get(language);
  if (!formats) {
    formats = createFormats(language);
    remembered.set(language, formats);
  }
  return formats;
}
