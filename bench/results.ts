/** One merge, measured beside its yardsticks in the same run. */
export interface Measured {
  readonly where: string;
  readonly method: string;
  /** Read and written. */
  readonly bytes: number;
  readonly seconds: number;
  /** Seconds to copy the same bytes from and to the same places, without merging. */
  readonly copySeconds: number;
  /** Seconds of the bare upload-map-readback loop on the same adapter over the same bytes; absent on the CPU device. */
  readonly loopSeconds?: number;
  readonly peakHeapBytes?: number;
  readonly peakProcessBytes: number;
  readonly peakDeviceBytes: number;
}

/** Speed against the slower of the two yardsticks; 1 is as fast as the machine can. */
export function ratio({ seconds, copySeconds, loopSeconds = 0 }: Measured): number {
  return Math.max(copySeconds, loopSeconds) / seconds;
}

/** Speed against the two yardsticks one after the other: what is left to overlap where all of them share the same cores. */
export function ratioToBoth({ seconds, copySeconds, loopSeconds = 0 }: Measured): number {
  return (copySeconds + loopSeconds) / seconds;
}

/** A Markdown table. */
export function table(rows: readonly Measured[]): string {
  const head = [
    "where",
    "method",
    "GB/s",
    "copy GB/s",
    "bare loop GB/s",
    "of the slower",
    "of both in turn",
    "JS heap MB",
    "process MB",
    "device MB",
  ];
  const cells = rows.map((row) => {
    const {
      where,
      method,
      bytes,
      seconds,
      copySeconds,
      loopSeconds,
      peakHeapBytes,
      peakProcessBytes,
      peakDeviceBytes,
    } = row;
    const speed = (time: number | undefined) => (time ? (bytes / time / 1e9).toFixed(2) : "–");
    const megabytes = (count: number | undefined) => (count ? (count / 1e6).toFixed(0) : "–");
    return [
      where,
      method,
      speed(seconds),
      speed(copySeconds),
      speed(loopSeconds),
      ratio(row).toFixed(2),
      ratioToBoth(row).toFixed(2),
      megabytes(peakHeapBytes),
      megabytes(peakProcessBytes),
      megabytes(peakDeviceBytes),
    ];
  });
  return [head, head.map(() => "---"), ...cells].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
