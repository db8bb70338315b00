const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Bytes in three figures, in powers of 1000 as files are counted: 0 B, 350 kB, 1.45 GB. */
export function bytesInWords(bytes: number): string {
  const steps = bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3);
  const power = Math.min(steps, UNITS.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${UNITS[power]}`;
}
