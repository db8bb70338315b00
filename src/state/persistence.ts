import { DEVICE_PREFERENCES } from "../compute/preference";
import type { Session } from "./keep";

export const SESSION_VERSION = 1;

/** Steps from each version to the next, by the version they start from. */
const upgrades: Readonly<Record<number, (data: Record<string, unknown>) => Record<string, unknown>>> = {};

export function packSession(session: Session): unknown {
  return { version: SESSION_VERSION, data: session };
}

/**
 * A stored visit, upgraded to today's shape. Undefined when there is none, or it is from a newer studio, or cannot be
 * read: then the visit starts fresh.
 */
export function unpackSession(stored: unknown): Session | undefined {
  if (!isRecord(stored) || typeof stored.version !== "number" || !isRecord(stored.data)) return undefined;
  let { version, data } = stored as { version: number; data: Record<string, unknown> };
  for (; version < SESSION_VERSION; version++) {
    const upgrade = upgrades[version];
    if (!upgrade) return undefined;
    data = upgrade(data);
  }
  return version === SESSION_VERSION && isSession(data) ? data : undefined;
}

function isSession(data: Record<string, unknown>): data is Record<string, unknown> & Session {
  return (
    typeof data.recipe === "string" &&
    typeof data.recipeName === "string" &&
    (data.language === "en" || data.language === "ja") &&
    (data.scheme === "light" || data.scheme === "dark" || data.scheme === "auto") &&
    DEVICE_PREFERENCES.some((known) => known === data.devicePreference) &&
    typeof data.shardBytes === "number" &&
    data.shardBytes > 0 &&
    (data.place === "browser" || data.place === "directory") &&
    Array.isArray(data.models) &&
    data.models.every((model) => isRecord(model) && typeof model.id === "string" && isOrigin(model.origin)) &&
    [data.guard, data.chartView, data.answerSettings].every(isRecordOrAbsent) &&
    (data.measureSets === undefined || Array.isArray(data.measureSets))
  );
}

function isOrigin(origin: unknown): boolean {
  if (!isRecord(origin)) return false;
  switch (origin.kind) {
    case "hub":
      return typeof origin.repo === "string";
    case "sample":
      return typeof origin.name === "string";
    case "directory":
      return isRecord(origin.handle);
    case "files":
      return typeof origin.name === "string" && Array.isArray(origin.files);
    case "result":
      return typeof origin.id === "string";
    default:
      return false;
  }
}

/** Absent: kept before there was such a thing; what the studio begins with is good enough. */
function isRecordOrAbsent(value: unknown): boolean {
  return value === undefined || isRecord(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
