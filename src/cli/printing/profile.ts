import type { Device, KernelTimes } from "../../compute/device";
import type { Surroundings } from "../command";

/** What `--profile` asks for: the devices that a session opens, another one where the first went away, and their kernels' times. */
export class Profile {
  readonly #devices: Device[] = [];

  constructor(private readonly wanted: boolean) {}

  /** For the environment. */
  get onTimed(): ((device: Device) => void) | undefined {
    return this.wanted ? (device) => this.#devices.push(device) : undefined;
  }

  /** Prints the times, while the devices are open. */
  async print({ stderr }: Pick<Surroundings, "stderr">): Promise<void> {
    for (const device of this.#devices) {
      const times = await device.kernelTimes?.().catch((error: unknown): KernelTimes => ({ unknown: String(error) }));
      if (times) stderr.write(`${table(device.info.name, times)}\n`);
    }
  }
}

function table(device: string, times: KernelTimes): string {
  if ("unknown" in times) return `Kernels were not timed: ${times.unknown}`;
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = times.map(({ kernel, runs, milliseconds }) => [
    milliseconds.toFixed(1),
    `${((100 * milliseconds) / Math.max(total, Number.MIN_VALUE)).toFixed(1)} %`,
    String(runs),
    (milliseconds / runs).toFixed(3),
    kernel,
  ]);
  const lines = [["ms", "share", "runs", "ms each", "kernel"], ...rows].map(
    ([ms = "", share = "", runs = "", each = "", kernel = ""]) =>
      `${ms.padStart(10)} ${share.padStart(8)} ${runs.padStart(7)} ${each.padStart(9)}  ${kernel}`,
  );
  return [`Kernels on ${device}, ${total.toFixed(1)} ms in all:`, ...lines].join("\n");
}
