import { AwaseError } from "../base/errors";
import type { Kernel } from "./kernel";

/** A kernel made ready for one GPU. */
export interface Compiled {
  readonly pipeline: GPUComputePipeline;
  /** Storage buffers in the kernel's order, then its uniforms at a dynamic offset. */
  readonly layout: GPUBindGroupLayout;
}

/** Compute pipelines of one GPU, remembered by kernel name and source. */
export class Pipelines {
  readonly #compiling = new Map<string, Promise<Compiled>>();
  readonly #ready = new Map<string, Compiled>();

  constructor(private readonly device: GPUDevice) {}

  /** Compiles a kernel, or waits for the try that is under way. A failed one may be tried again. */
  prepare<U>(kernel: Kernel<U>): Promise<Compiled> {
    const key = keyOf(kernel);
    let compiling = this.#compiling.get(key);
    if (!compiling) {
      compiling = this.#compile(kernel);
      this.#compiling.set(key, compiling);
      compiling.then(
        (compiled) => this.#ready.set(key, compiled),
        () => this.#compiling.delete(key),
      );
    }
    return compiling;
  }

  /** A prepared kernel. */
  get<U>(kernel: Kernel<U>): Compiled {
    const compiled = this.#ready.get(keyOf(kernel));
    if (!compiled) throw new Error(`Kernel "${kernel.name}" was run before it was prepared.`);
    return compiled;
  }

  async #compile<U>(kernel: Kernel<U>): Promise<Compiled> {
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
      return { pipeline, layout };
    } catch (cause) {
      throw await shaderError(kernel, module, cause);
    }
  }
}

const keyOf = (kernel: Kernel<never>): string => `${kernel.name}\n${kernel.wgsl}`;

async function shaderError<U>(kernel: Kernel<U>, module: GPUShaderModule, cause: unknown): Promise<AwaseError> {
  const { messages } = await module.getCompilationInfo();
  const worst = messages.find((message) => message.type === "error");
  const line = worst?.lineNum ?? 0;
  const what = worst
    ? `${worst.message} in line ${line}: ${(kernel.wgsl.split("\n")[line - 1] ?? "").trim()}`
    : String(cause);
  return new AwaseError("gpu/shader", `This GPU does not take the kernel "${kernel.name}": ${what}`, {
    cause,
    facts: { kernel: kernel.name, line },
  });
}
