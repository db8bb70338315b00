import type { Bytes, DeviceBytes } from "../../../base/bytes";
import type { Device, DeviceBuffer, DeviceInfo, DeviceMemory, KernelTimes } from "../../device";
import type { Kernel, Prepared } from "../../kernel";
import { gpuFailure, outOfDeviceMemory } from "../failures";
import { KernelTally } from "../kernelTally";
import { nextTask } from "../nextTask";
import { BufferPool, type Loan } from "../pool";
import { buffersStart, MOST_ARGUMENT_BYTES } from "./layout";
import { kernelsModule, probe } from "./module";
import { type Region, Regions } from "./regions";
import { type StartThread, Threads } from "./threads";

const MIB = 1024 * 1024;
const PAGE = 65_536;
/** The most that 32-bit addresses reach. */
const MOST_PAGES = 65_536;

export interface WasmOptions {
  /** Why there is no WebGPU, a sentence. */
  readonly reason: string;
  readonly why?: NonNullable<DeviceInfo["why"]>;
  /** Threads, the one that issues the work among them; 1 unless given. */
  readonly count?: number;
  /** How the others are started; absent: there are none. */
  readonly start?: StartThread;
  readonly budgetBytes?: number;
  /** Whether every kernel is timed, for `kernelTimes`. */
  readonly timed?: boolean;
  /** After how many milliseconds a thread counts as stuck; for tests. */
  readonly stuckMs?: number;
}

class WasmBuffer implements DeviceBuffer {
  constructor(
    readonly label: string,
    readonly bytes: number,
    readonly loan: Loan<Region>,
  ) {}
  [Symbol.dispose](): void {
    this.loan[Symbol.dispose]();
  }
}

/**
 * Tensors in the memory of WebAssembly, computed by threads that share it: each kernel's fast form where it has one, else its reference.
 * Kernels are compiled and threads started when memory is first asked for: a page that only shows its device pays for neither.
 * @throws {AwaseError} `device/no-wasm` where the engine lacks SIMD or shared memory
 */
export async function openWasmDevice(options: WasmOptions): Promise<WasmDevice> {
  try {
    probe();
  } catch (cause) {
    throw gpuFailure("device/no-wasm", { reason: String(cause) }, cause);
  }
  return options.timed ? new TimedWasmDevice(options) : new WasmDevice(options);
}

/** What a device has once it computes. */
interface Running {
  readonly memory: WebAssembly.Memory;
  readonly threads: Threads;
}

export class WasmDevice implements Device {
  readonly info: DeviceInfo;
  readonly traits = { cheapBarriers: false };
  readonly lost: Promise<Error>;
  readonly #regions: Regions;
  readonly #pool: BufferPool<Region>;
  readonly #lose: (error: Error) => void;
  readonly #start: (module: WebAssembly.Module) => Running;
  #starting: Promise<void> | undefined;
  #running: Running | undefined;
  #failure: Error | undefined;

  constructor(options: WasmOptions) {
    const { reason, budgetBytes = 256 * MIB } = options;
    const threads = options.start ? (options.count ?? 1) : 1;
    const start = buffersStart(threads);
    const gaps = budgetBytes; // between buffers: room that no budget counts
    const maximum = Math.min(MOST_PAGES, Math.ceil((start + budgetBytes + gaps) / PAGE));
    this.#regions = new Regions(start, (maximum - 1) * PAGE);
    let lose: (error: Error) => void = () => undefined;
    this.lost = new Promise((resolve) => {
      lose = resolve;
    });
    this.#lose = lose;
    this.#start = (module) => {
      const memory = new WebAssembly.Memory({ initial: Math.ceil(start / PAGE), maximum, shared: true });
      const how = {
        count: threads,
        start: options.start,
        stuckMs: options.stuckMs,
        died: (why: string) => this.#fail(gpuFailure("device/thread-lost", { reason: why })),
      };
      return { memory, threads: new Threads(module, memory, how) };
    };
    this.info = {
      kind: "wasm",
      name: `WebAssembly, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      software: true,
      maxBindingBytes: 128 * MIB,
      maxBufferBytes: 256 * MIB,
      budgetBytes,
      reason,
      ...(options.why ? { why: options.why } : {}),
    };
    this.#pool = new BufferPool(
      {
        create: (bytes, _, label) => ({ buffer: this.#create(bytes, label), ready: Promise.resolve() }),
        destroy: (region) => this.#regions.give(region),
      },
      this.info,
    );
  }

  get memory(): DeviceMemory {
    return this.#pool.use;
  }

  async lease(bytes: number, label: string): Promise<DeviceBuffer> {
    this.#starting ??= this.#begin();
    await this.#starting;
    if (this.#failure) throw this.#failure;
    const usable = Math.max(16, Math.ceil(bytes / 16) * 16);
    return new WasmBuffer(label, usable, this.#pool.lend(usable, 0, label).loan);
  }

  async prepare<U>(kernel: Kernel<U>): Promise<Prepared<U>> {
    return { kernel };
  }

  write(buffer: DeviceBuffer, at: number, bytes: Bytes): void {
    const to = this.#bytes(buffer);
    to.set(bytes, at);
    to.fill(0, at + bytes.byteLength, at + Math.ceil(bytes.byteLength / 4) * 4);
  }

  clear(buffer: DeviceBuffer, at: number, length: number): void {
    this.#bytes(buffer).fill(0, at, at + length);
  }

  copy(from: DeviceBuffer, fromAt: number, to: DeviceBuffer, toAt: number, length: number): void {
    this.#bytes(to).set(this.#bytes(from).subarray(fromAt, fromAt + length), toAt);
  }

  run<U>({ kernel }: Prepared<U>, buffers: readonly DeviceBuffer[], uniforms: U, groups: number): void {
    if (groups > 0) this.compute(kernel, buffers, uniforms, groups);
  }

  /** Says whether threads did it, or the reference. */
  protected compute<U>(
    kernel: Kernel<U>,
    buffers: readonly DeviceBuffer[],
    uniforms: U,
    groups: number,
  ): "threads" | "reference" {
    const regions = buffers.map((buffer) => this.#region(buffer).address);
    const job = kernel.fast?.(regions, uniforms);
    if (!job || job.words.byteLength > MOST_ARGUMENT_BYTES) {
      kernel.reference(
        buffers.map((buffer) => this.#bytes(buffer)),
        uniforms,
        groups,
      );
      return "reference";
    }
    try {
      this.#now.threads.run(job);
      return "threads";
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async read(buffer: DeviceBuffer, at: number, length: number): Promise<Bytes> {
    const bytes = this.#bytes(buffer).slice(at, at + length) as Bytes; // a copy has memory of its own
    await nextTask();
    return bytes;
  }

  settle(): Promise<void> {
    return nextTask();
  }

  close(): void {
    this.#failure ??= gpuFailure("gpu/closed");
    this.#pool.trim();
    this.#running?.threads.close();
  }

  /** Takes the threads away as an engine would that has no memory left. For tests. */
  lose(): void {
    this.#fail(gpuFailure("device/thread-lost", { reason: "it was taken away" }));
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#running?.threads.close();
    this.#lose(error);
  }

  async #begin(): Promise<void> {
    try {
      const module = await kernelsModule();
      if (!this.#failure) this.#running = this.#start(module);
    } catch (cause) {
      this.#fail(gpuFailure("device/no-wasm", { reason: String(cause) }, cause));
    }
  }

  get #now(): Running {
    if (!this.#running) throw new TypeError("A buffer was used before there was one.");
    return this.#running;
  }

  #region(buffer: DeviceBuffer): Region {
    if (this.#failure) throw this.#failure;
    if (!(buffer instanceof WasmBuffer)) throw new TypeError(`"${buffer.label}" belongs to another device.`);
    if (buffer.loan.returned) throw new TypeError(`"${buffer.label}" is used after it was given back.`);
    return buffer.loan.buffer;
  }

  #bytes(buffer: DeviceBuffer): DeviceBytes {
    return new Uint8Array(this.#now.memory.buffer, this.#region(buffer).address, buffer.bytes);
  }

  #create(bytes: number, label: string): Region {
    const region = this.#regions.take(bytes);
    const { memory } = this.#now;
    // Vectors that begin in a buffer may end a few bytes behind it.
    const missing = region ? region.address + region.bytes + 16 - memory.buffer.byteLength : 0;
    try {
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      if (region) return region;
    } catch {
      if (region) this.#regions.give(region);
    }
    throw outOfDeviceMemory(label, bytes, { held: this.#pool.use.held, reason: "WebAssembly has no more." });
  }
}

/** The same, with the time of every kernel; those that run their reference are marked. */
class TimedWasmDevice extends WasmDevice {
  readonly #tally = new KernelTally();

  protected override compute<U>(kernel: Kernel<U>, buffers: readonly DeviceBuffer[], uniforms: U, groups: number) {
    const begin = performance.now();
    const by = super.compute(kernel, buffers, uniforms, groups);
    const name = by === "threads" ? kernel.name : `${kernel.name} (TypeScript)`;
    this.#tally.add(name, performance.now() - begin);
    return by;
  }

  async kernelTimes(): Promise<KernelTimes> {
    return this.#tally.times;
  }
}
