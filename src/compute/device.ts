import type { Bytes } from "../base/bytes";
import type { Kernel, Prepared } from "./kernel";

/** Memory on a device, lent by its pool until disposed. `using` gives it back at the end of the block. */
export interface DeviceBuffer extends Disposable {
  readonly label: string;
  /** Usable bytes, a multiple of 16. */
  readonly bytes: number;
}

export interface DeviceInfo {
  readonly kind: "webgpu" | "wasm" | "cpu";
  /** Vendor, architecture and description as the adapter tells them; "TypeScript" on the CPU device, the threads on that of WebAssembly. */
  readonly name: string;
  /** A software adapter (SwiftShader, llvmpipe, WARP): right, but not fast. Told to people; kernels are chosen by `DeviceTraits`. */
  readonly software: boolean;
  /** Largest storage binding in bytes. */
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  /** What the pool may hold at most, in bytes. */
  readonly budgetBytes: number;
  /** Why it is not WebGPU, on the other devices: a sentence, and which of the cases it is. */
  readonly reason?: string;
  readonly why?: "asked" | "no-webgpu" | "no-adapter" | "software-adapter";
}

/** How a device runs kernels: what they are chosen by. */
export interface DeviceTraits {
  /**
   * Whether threads of a workgroup share memory and wait for each other at little cost, as on GPUs. CPU adapters run them one after the
   * other and take a kernel apart at every barrier.
   */
  readonly cheapBarriers: boolean;
}

/** What a kernel took in all its runs. */
export interface KernelTime {
  readonly kernel: string;
  readonly runs: number;
  readonly milliseconds: number;
}

/** Kernels by the time they took, the longest first; or a sentence that says why nobody knows. */
export type KernelTimes = readonly KernelTime[] | { readonly unknown: string };

export interface DeviceMemory {
  /** Bytes lent out now. */
  readonly lent: number;
  /** Bytes held, lent or kept for reuse. */
  readonly held: number;
  /** The most ever held. */
  readonly peak: number;
}

/**
 * Where tensors are computed. Three exist: WebGPU; WebAssembly on all cores, where there is no GPU or only a software one; and plain
 * TypeScript, which runs each kernel's reference: the oracle, and the last resort.
 * Calls are issued in order; only `read` waits.
 */
export interface Device {
  readonly info: DeviceInfo;
  readonly traits: DeviceTraits;
  readonly memory: DeviceMemory;
  /** Settles when the device is gone, with the error that everything in flight fails with: `gpu/lost`, `device/thread-lost`. Never on close(). */
  readonly lost: Promise<Error>;
  /** Lends `bytes` (rounded up to 16) of memory, contents undefined. Waits while too much work is in flight. @throws {AwaseError} `gpu/out-of-memory` */
  lease(bytes: number, label: string): Promise<DeviceBuffer>;
  /** Copies host bytes in. `at` a multiple of 16; a tail that does not fill 4 bytes is padded with zeros. */
  write(buffer: DeviceBuffer, at: number, bytes: Bytes): void;
  /** Fills [at, at + length) with zeros; multiples of 4. */
  clear(buffer: DeviceBuffer, at: number, length: number): void;
  /** Copies between buffers; offsets and length multiples of 4. */
  copy(from: DeviceBuffer, fromAt: number, to: DeviceBuffer, toAt: number, length: number): void;
  /** Compiles a kernel, once for each object, into what `run` takes. @throws {AwaseError} `gpu/shader` with the line that is wrong. */
  prepare<U>(kernel: Kernel<U>): Promise<Prepared<U>>;
  /** Runs what this device prepared over `groups` workgroups (any number: rows of workgroups are made as needed). */
  run<U>(prepared: Prepared<U>, buffers: readonly DeviceBuffer[], uniforms: U, groups: number): void;
  /** Host bytes [at, at + length) after everything issued before. @throws {AwaseError} `gpu/lost` */
  read(buffer: DeviceBuffer, at: number, length: number): Promise<Bytes>;
  /** Waits until everything issued is done, so that memory does not grow with the file. */
  settle(): Promise<void>;
  /** Where the time went, once everything issued is done: of devices opened with `timed`, others have no such call. */
  kernelTimes?(): Promise<KernelTimes>;
  close(): void;
}
