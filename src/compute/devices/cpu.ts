import type { Bytes } from "../../base/bytes";
import type { Device, DeviceBuffer, DeviceInfo, DeviceMemory, KernelTimes } from "../device";
import type { Kernel, Prepared } from "../kernel";
import { KernelTally } from "./kernelTally";
import { nextTask } from "./nextTask";
import { BufferPool, type Loan } from "./pool";

const MIB = 1024 * 1024;

class CpuBuffer implements DeviceBuffer {
  constructor(
    readonly label: string,
    readonly bytes: number,
    readonly loan: Loan<Bytes>,
  ) {}
  [Symbol.dispose](): void {
    this.loan[Symbol.dispose]();
  }
}

/**
 * Tensors in ordinary memory, computed by each kernel's reference.
 * @param reason why there is no WebGPU, a sentence
 */
export function openCpuDevice(options: {
  readonly reason: string;
  readonly why?: NonNullable<DeviceInfo["why"]>;
  readonly budgetBytes?: number;
  /** Whether every kernel is timed, for `kernelTimes`. */
  readonly timed?: boolean;
}): Device {
  const Opened = options.timed ? TimedCpuDevice : CpuDevice;
  return new Opened({
    kind: "cpu",
    name: "TypeScript",
    software: true,
    maxBindingBytes: 128 * MIB,
    maxBufferBytes: 256 * MIB,
    budgetBytes: options.budgetBytes ?? 256 * MIB,
    reason: options.reason,
    ...(options.why ? { why: options.why } : {}),
  });
}

class CpuDevice implements Device {
  /** Ordinary memory does not go away. */
  readonly lost = new Promise<Error>(() => undefined);
  readonly traits = { cheapBarriers: false };
  readonly #pool: BufferPool<Bytes>;

  constructor(readonly info: DeviceInfo) {
    this.#pool = new BufferPool(
      {
        create: (bytes) => ({ buffer: new Uint8Array(bytes), ready: Promise.resolve() }),
        destroy: () => undefined, // the garbage collector's work
      },
      info,
    );
  }

  get memory(): DeviceMemory {
    return this.#pool.use;
  }

  async lease(bytes: number, label: string): Promise<DeviceBuffer> {
    const usable = Math.max(16, Math.ceil(bytes / 16) * 16);
    return new CpuBuffer(label, usable, this.#pool.lend(usable, 0, label).loan);
  }

  async prepare<U>(kernel: Kernel<U>): Promise<Prepared<U>> {
    return { kernel };
  }

  write(buffer: DeviceBuffer, at: number, bytes: Bytes): void {
    const to = bytesOf(buffer);
    to.set(bytes, at);
    to.fill(0, at + bytes.byteLength, at + Math.ceil(bytes.byteLength / 4) * 4);
  }

  clear(buffer: DeviceBuffer, at: number, length: number): void {
    bytesOf(buffer).fill(0, at, at + length);
  }

  copy(from: DeviceBuffer, fromAt: number, to: DeviceBuffer, toAt: number, length: number): void {
    bytesOf(to).set(bytesOf(from).subarray(fromAt, fromAt + length), toAt);
  }

  run<U>({ kernel }: Prepared<U>, buffers: readonly DeviceBuffer[], uniforms: U, groups: number): void {
    if (groups > 0) kernel.reference(buffers.map(bytesOf), uniforms, groups);
  }

  async read(buffer: DeviceBuffer, at: number, length: number): Promise<Bytes> {
    const bytes = bytesOf(buffer).slice(at, at + length);
    await nextTask();
    return bytes;
  }

  settle(): Promise<void> {
    return nextTask();
  }

  close(): void {
    this.#pool.trim();
  }
}

/** The same, with the time of every kernel. */
class TimedCpuDevice extends CpuDevice {
  readonly #tally = new KernelTally();

  override run<U>(prepared: Prepared<U>, buffers: readonly DeviceBuffer[], uniforms: U, groups: number): void {
    const begin = performance.now();
    super.run(prepared, buffers, uniforms, groups);
    this.#tally.add(prepared.kernel.name, performance.now() - begin);
  }

  async kernelTimes(): Promise<KernelTimes> {
    return this.#tally.times;
  }
}

function bytesOf(buffer: DeviceBuffer): Bytes {
  if (!(buffer instanceof CpuBuffer)) throw new TypeError(`"${buffer.label}" belongs to another device.`);
  if (buffer.loan.returned) throw new TypeError(`"${buffer.label}" is used after it was given back.`);
  return buffer.loan.buffer.subarray(0, buffer.bytes);
}
