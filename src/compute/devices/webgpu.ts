import type { Bytes } from "../../base/bytes";
import { isAbort } from "../../base/errors";
import type { Device, DeviceBuffer, DeviceInfo, DeviceMemory, DeviceTraits, KernelTimes } from "../device";
import type { Kernel, Prepared } from "../kernel";
import { adapterInfo, requestAdapter } from "./adapterInfo";
import { gpuFailure, outOfDeviceMemory } from "./failures";
import { KernelClock, TIMESTAMPS } from "./kernelClock";
import { Pending } from "./pending";
import { Pipelines } from "./pipelines";
import { BufferPool, type Loan } from "./pool";

/** `queue.writeBuffer` copies through the browser's own staging memory: large writes go in pieces, so that it stays small. */
const UPLOAD_PIECE = 32 * 1024 * 1024;

/** Submits under way at once. One would starve the GPU during readback; more only add memory and delay a cancel. */
const MAX_IN_FLIGHT = 3;

/** Dispatches recorded before they are submitted anyway, so that the GPU starts while more are recorded. */
const MAX_RECORDED = 16;

/** Uniforms of the dispatches of one submit, each at a dynamic offset. */
const UNIFORM_BYTES = 64 * 1024;
const UNIFORM_ALIGNMENT = 256;

/** Workgroups in a row of a dispatch: under the limit of 65,535 that every adapter has. */
const ROW = 32_768;

export interface WebGpuOptions {
  readonly gpu: GPU;
  /** Cap of the pool; see `defaultBudget`. */
  readonly budgetBytes?: number;
  /** Whether to ask for all that the adapter has (the default), or to live with WebGPU's default limits. */
  readonly limits?: "adapter" | "default";
  /** Whether every kernel is timed, for `kernelTimes`. */
  readonly timed?: boolean;
  /** What kernels are chosen by, whatever the adapter is. For tests of those that GPUs get. */
  readonly traits?: DeviceTraits;
}

/** @throws {AwaseError} `gpu/unavailable` with the reason, as a sentence. */
export async function openWebGpuDevice({ gpu, ...options }: WebGpuOptions): Promise<WebGpuDevice> {
  return openOnAdapter(await requestAdapter(gpu), options);
}

/** An adapter gives one device. @throws {AwaseError} `gpu/unavailable` with the reason, as a sentence. */
export async function openOnAdapter(adapter: GPUAdapter, options: Omit<WebGpuOptions, "gpu">): Promise<WebGpuDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const raised = options.limits === "default" ? {} : { maxBufferSize, maxStorageBufferBindingSize };
  const times = options.timed && adapter.features.has(TIMESTAMPS) ? [TIMESTAMPS as GPUFeatureName] : [];
  try {
    const device = await adapter.requestDevice({ label: "awase", requiredLimits: raised, requiredFeatures: times });
    const info = adapterInfo(adapter, device, options);
    const traits = options.traits ?? { cheapBarriers: !info.software };
    return new WebGpuDevice(device, info, traits, options.timed);
  } catch (cause) {
    throw gpuFailure("gpu/unavailable", { reason: String(cause) }, cause);
  }
}

class WebGpuBuffer implements DeviceBuffer {
  constructor(
    readonly label: string,
    readonly bytes: number,
    readonly loan: Loan<GPUBuffer>,
  ) {}
  [Symbol.dispose](): void {
    this.loan[Symbol.dispose]();
  }
}

/** Tensors on a GPU. Commands are recorded and go out in few submits, in the order in which they were issued. */
export class WebGpuDevice implements Device {
  readonly lost: Promise<Error>;
  readonly kernelTimes?: () => Promise<KernelTimes>;
  readonly #pool: BufferPool<GPUBuffer>;
  readonly #pipelines: Pipelines;
  readonly #pending = new Pending();
  readonly #uniforms: GPUBuffer;
  readonly #uniformBytes = new Uint8Array(UNIFORM_BYTES);
  #uniformsUsed = 0;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #recorded = 0;
  #inFlight = 0;
  #waitingForRoom: (() => void)[] = [];
  #closed = false;
  readonly #clock: KernelClock | undefined;

  constructor(
    private readonly gpu: GPUDevice,
    readonly info: DeviceInfo,
    readonly traits: DeviceTraits,
    timed = false,
  ) {
    if (timed) {
      this.#clock = gpu.features.has(TIMESTAMPS) ? new KernelClock(gpu, MAX_RECORDED) : undefined;
      this.kernelTimes = () => this.#kernelTimes();
    }
    this.#pool = new BufferPool(
      {
        create: (bytes, usage, label) => this.#create(bytes, usage, label),
        destroy: (buffer) => this.#destroy(buffer),
      },
      { budgetBytes: info.budgetBytes - UNIFORM_BYTES, maxBufferBytes: info.maxBufferBytes },
    );
    this.#pipelines = new Pipelines(gpu);
    this.#uniforms = gpu.createBuffer({
      label: "uniforms",
      size: UNIFORM_BYTES,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    // Whatever WebGPU refuses makes results undefined. It must not pass for a merge.
    gpu.addEventListener("uncapturederror", ({ error }) => {
      this.#pending.fail(gpuFailure("gpu/failed", { message: error.message }));
    });
    this.lost = new Promise((resolve) => {
      void gpu.lost.then(({ message }) => {
        if (this.#closed) return;
        const error = gpuFailure("gpu/lost", { message });
        this.#pending.fail(error);
        resolve(error);
      });
    });
  }

  get memory(): DeviceMemory {
    const { lent, held, peak } = this.#pool.use;
    return { lent: lent + UNIFORM_BYTES, held: held + UNIFORM_BYTES, peak: peak + UNIFORM_BYTES };
  }

  async lease(bytes: number, label: string): Promise<DeviceBuffer> {
    await this.#roomInFlight();
    const usable = Math.max(16, Math.ceil(bytes / 16) * 16);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    return new WebGpuBuffer(label, usable, await this.#lend(usable, usage, label));
  }

  async prepare<U>(kernel: Kernel<U>): Promise<Prepared<U>> {
    if (this.#pending.failure) throw this.#pending.failure;
    return this.#pipelines.ready(kernel) ?? this.#pending.guard(this.#pipelines.prepare(kernel));
  }

  write(buffer: DeviceBuffer, at: number, bytes: Bytes): void {
    const to = this.#buffer(buffer);
    this.#submit(); // what was recorded before may read what is overwritten here
    const whole = bytes.byteLength - (bytes.byteLength % 4);
    for (let done = 0; done < whole; done += UPLOAD_PIECE) {
      this.gpu.queue.writeBuffer(to, at + done, bytes, done, Math.min(UPLOAD_PIECE, whole - done));
    }
    if (whole === bytes.byteLength) return;
    const tail = new Uint8Array(4);
    tail.set(bytes.subarray(whole));
    this.gpu.queue.writeBuffer(to, at + whole, tail);
  }

  clear(buffer: DeviceBuffer, at: number, length: number): void {
    this.#commands().clearBuffer(this.#buffer(buffer), at, length);
  }

  copy(from: DeviceBuffer, fromAt: number, to: DeviceBuffer, toAt: number, length: number): void {
    this.#commands().copyBufferToBuffer(this.#buffer(from), fromAt, this.#buffer(to), toAt, length);
  }

  run<U>(prepared: Prepared<U>, buffers: readonly DeviceBuffer[], uniforms: U, groups: number): void {
    if (groups === 0) return;
    const { kernel, pipeline, layout } = this.#pipelines.own(prepared);
    const values = kernel.packUniforms(uniforms);
    const offset = this.#pushUniforms(values);
    const bindGroup = this.gpu.createBindGroup({
      layout,
      entries: [
        ...buffers.map((buffer, binding) => ({
          binding,
          resource: { buffer: this.#buffer(buffer), size: buffer.bytes },
        })),
        { binding: buffers.length, resource: { buffer: this.#uniforms, size: values.byteLength } },
      ],
    });
    if (this.#clock) this.#pass = this.#clock.begin(this.#commands(), kernel.name);
    else this.#pass ??= this.#commands().beginComputePass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, bindGroup, [offset]);
    this.#pass.dispatchWorkgroups(Math.min(groups, ROW), Math.ceil(groups / ROW));
    if (++this.#recorded >= MAX_RECORDED) this.#submit();
  }

  async read(buffer: DeviceBuffer, at: number, length: number): Promise<Bytes> {
    const start = at - (at % 4);
    const size = Math.ceil((at + length - start) / 4) * 4;
    const from = this.#buffer(buffer);
    const { loan, ready } = this.#pool.lend(size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST, "readback");
    try {
      this.#commands().copyBufferToBuffer(from, start, loan.buffer, 0, size);
      this.#submit();
      const mapped = loan.buffer.mapAsync(GPUMapMode.READ, 0, size).catch(async (error) => {
        if (isAbort(error)) await this.gpu.lost; // a mapping hears of the device's end before the device does
        throw error;
      });
      await this.#pending.guard(Promise.all([ready, mapped]));
      const bytes = loan.buffer.getMappedRange(0, size).slice(at - start, at - start + length);
      loan.buffer.unmap();
      loan[Symbol.dispose]();
      return new Uint8Array(bytes);
    } catch (error) {
      loan.discard();
      throw error;
    }
  }

  async settle(): Promise<void> {
    this.#submit();
    await this.#pending.guard(this.gpu.queue.onSubmittedWorkDone());
  }

  async #kernelTimes(): Promise<KernelTimes> {
    await this.settle();
    return this.#clock?.times() ?? { unknown: `${this.info.name} has no timestamps (WebGPU's ${TIMESTAMPS}).` };
  }

  close(): void {
    this.#closed = true;
    this.#pending.fail(gpuFailure("gpu/closed"));
    this.gpu.destroy();
  }

  /** Takes the GPU away as a driver reset would. For tests. */
  lose(): void {
    this.gpu.destroy();
  }

  /** The GPU's buffer behind a loan. @throws when the device is gone, or the loan was given back. */
  #buffer(buffer: DeviceBuffer): GPUBuffer {
    if (this.#pending.failure) throw this.#pending.failure;
    if (!(buffer instanceof WebGpuBuffer)) throw new TypeError(`"${buffer.label}" belongs to another device.`);
    if (buffer.loan.returned) throw new TypeError(`"${buffer.label}" is used after it was given back.`);
    return buffer.loan.buffer;
  }

  async #lend(bytes: number, usage: number, label: string): Promise<Loan<GPUBuffer>> {
    const first = this.#pool.lend(bytes, usage, label);
    try {
      await this.#pending.guard(first.ready);
      return first.loan;
    } catch (error) {
      first.loan.discard();
      if (this.#pending.failure) throw error;
    }
    this.#pool.trim(); // the GPU has less than the budget says: give back what is unused, and try once more
    const second = this.#pool.lend(bytes, usage, label);
    try {
      await this.#pending.guard(second.ready);
      return second.loan;
    } catch (error) {
      second.loan.discard();
      throw error;
    }
  }

  #create(size: number, usage: number, label: string) {
    this.gpu.pushErrorScope("validation");
    this.gpu.pushErrorScope("out-of-memory");
    const buffer = this.gpu.createBuffer({ label, size, usage });
    const scopes = [this.gpu.popErrorScope(), this.gpu.popErrorScope()];
    const ready = Promise.all(scopes).then((errors) => {
      const error = errors.find((found) => found !== null);
      if (!error) return;
      const { held } = this.#pool.use;
      throw outOfDeviceMemory(label, size, { held: held - size, reason: error.message });
    });
    ready.catch(() => undefined); // a readback waits for it only later
    return { buffer, ready };
  }

  #destroy(buffer: GPUBuffer): void {
    this.#submit(); // recorded commands may use it; submitted ones may finish
    buffer.destroy();
  }

  #commands(): GPUCommandEncoder {
    this.#pass?.end();
    this.#pass = undefined;
    this.#encoder ??= this.gpu.createCommandEncoder();
    return this.#encoder;
  }

  /** Copies uniforms behind those of the commands already recorded; returns their offset. */
  #pushUniforms(values: Bytes): number {
    const size = Math.ceil(values.byteLength / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
    if (this.#uniformsUsed + size > UNIFORM_BYTES) this.#submit();
    const offset = this.#uniformsUsed;
    this.#uniformBytes.set(values, offset);
    this.#uniformsUsed += size;
    return offset;
  }

  /** Sends what was recorded, after its uniforms: the queue writes them once all earlier submits have read theirs. */
  #submit(): void {
    if (!this.#encoder) return;
    const encoder = this.#commands();
    const timesAreComing = this.#clock?.resolve(encoder);
    const commands = encoder.finish();
    this.#encoder = undefined;
    this.#recorded = 0;
    if (this.#uniformsUsed > 0) {
      this.gpu.queue.writeBuffer(this.#uniforms, 0, this.#uniformBytes, 0, this.#uniformsUsed);
      this.#uniformsUsed = 0;
    }
    this.gpu.queue.submit([commands]);
    timesAreComing?.();
    this.#inFlight++;
    const finished = () => {
      this.#inFlight--;
      for (const wake of this.#waitingForRoom.splice(0)) wake();
    };
    this.gpu.queue.onSubmittedWorkDone().then(finished, finished);
  }

  async #roomInFlight(): Promise<void> {
    while (this.#inFlight >= MAX_IN_FLIGHT) {
      await this.#pending.guard(new Promise<void>((resolve) => this.#waitingForRoom.push(resolve)));
    }
    if (this.#pending.failure) throw this.#pending.failure;
  }
}
