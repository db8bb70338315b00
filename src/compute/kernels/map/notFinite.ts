import type { Device, DeviceBuffer } from "../../device";

/** Elements that are NaN or infinite. */
export interface NotFinite {
  /** As stored, one count per input. */
  readonly inputs: readonly number[];
  /** After narrowing to the output's dtype. */
  readonly output: number;
}

/** Counts what is not finite in a tensor, over all its blocks. Lives on the device until it is read. */
export class NotFiniteCounter implements Disposable {
  private constructor(
    private readonly device: Device,
    readonly buffer: DeviceBuffer,
    private readonly inputs: number,
  ) {}

  /** All counts zero, for a tensor of `inputs` inputs. */
  static async open(device: Device, inputs: number): Promise<NotFiniteCounter> {
    const buffer = await device.lease((inputs + 1) * 4, "not finite");
    device.clear(buffer, 0, (inputs + 1) * 4);
    return new NotFiniteCounter(device, buffer, inputs);
  }

  /** The counts of every map applied before. */
  async read(): Promise<NotFinite> {
    const bytes = await this.device.read(this.buffer, 0, (this.inputs + 1) * 4);
    const counts = [...new Uint32Array(bytes.buffer)];
    return { inputs: counts.slice(0, this.inputs), output: counts[this.inputs] ?? 0 };
  }

  [Symbol.dispose](): void {
    this.buffer[Symbol.dispose]();
  }
}
