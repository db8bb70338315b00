import type { AwaseError } from "../../base/errors";
import type { Kernel, Prepared } from "../kernel";
import { gpuFailure } from "./failures";

/** A kernel compiled for one GPU: the handle that `run` takes. */
export class Pipeline<U> implements Prepared<U> {
  constructor(
    readonly gpu: GPUDevice,
    readonly kernel: Kernel<U>,
    readonly pipeline: GPUComputePipeline,
    /** Storage buffers in the kernel's order, then its uniforms at a dynamic offset. */
    readonly layout: GPUBindGroupLayout,
  ) {}
}

/**
 * Compute pipelines of one GPU, remembered by kernel: the object, for comparing shaders by their text takes longer than all else that
 * it costs to issue one.
 */
export class Pipelines {
  readonly #compiling = new WeakMap<Kernel<never>, Promise<Pipeline<never>>>();
  readonly #ready = new WeakMap<Kernel<never>, Pipeline<never>>();

  constructor(private readonly device: GPUDevice) {}

  /** The pipeline of a kernel that was compiled before. */
  ready<U>(kernel: Kernel<U>): Pipeline<U> | undefined {
    return this.#ready.get(kernel) as Pipeline<U> | undefined;
  }

  /** Compiles a kernel, or waits for the try that is under way. A failed one may be tried again. */
  prepare<U>(kernel: Kernel<U>): Promise<Pipeline<U>> {
    const known = this.#compiling.get(kernel) as Promise<Pipeline<U>> | undefined;
    if (known) return known;
    const compiling = this.#compile(kernel);
    this.#compiling.set(kernel, compiling);
    compiling.then(
      (pipeline) => this.#ready.set(kernel, pipeline),
      () => this.#compiling.delete(kernel),
    );
    return compiling;
  }

  /** What `prepare` gave. @throws {TypeError} when another device prepared it */
  own<U>(prepared: Prepared<U>): Pipeline<U> {
    if (prepared instanceof Pipeline && prepared.gpu === this.device) return prepared;
    throw new TypeError(`Kernel "${prepared.kernel.name}" was prepared by another device.`);
  }

  async #compile<U>(kernel: Kernel<U>): Promise<Pipeline<U>> {
    const { device } = this;
    const layout = device.createBindGroupLayout({
      label: kernel.name,
      entries: [
        ...kernel.buffers.map((access, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: access === "read" ? ("read-only-storage" as const) : ("storage" as const) },
        })),
        {
          binding: kernel.buffers.length,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: "uniform", hasDynamicOffset: true },
        },
      ],
    });
    device.pushErrorScope("validation"); // a module with mistakes is also reported when its pipeline is made
    const module = device.createShaderModule({ label: kernel.name, code: kernel.wgsl });
    void device.popErrorScope().catch(() => null);
    try {
      const pipeline = await device.createComputePipelineAsync({
        label: kernel.name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
      return new Pipeline(device, kernel, pipeline, layout);
    } catch (cause) {
      throw await shaderError(kernel, module, cause);
    }
  }
}

async function shaderError<U>(kernel: Kernel<U>, module: GPUShaderModule, cause: unknown): Promise<AwaseError> {
  const { messages } = await module.getCompilationInfo();
  const worst = messages.find((message) => message.type === "error");
  const line = worst?.lineNum ?? 0;
  const what = worst
    ? `${worst.message} in line ${line}: ${(kernel.wgsl.split("\n")[line - 1] ?? "").trim()}`
    : String(cause);
  return gpuFailure("gpu/shader", { kernel: kernel.name, line, what }, cause);
}
