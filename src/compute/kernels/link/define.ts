import kernel from "../../../../shaders/common/kernel.wgsl?raw";
import weight from "../../../../shaders/common/weight.wgsl?raw";
import type { DeviceBytes } from "../../../base/bytes";
import type { Device, DeviceBuffer } from "../../device";
import type { Job } from "../../fast";
import type { Kernel } from "../../kernel";
import { type Bindings, type CommonShader, commonShaders, type Lists, linkModule } from "./link";
import { uniformLayout } from "./uniforms";

type UniformTypes = Readonly<Record<string, "u32" | "f32">>;
type Values<L extends UniformTypes> = { readonly [K in keyof L]: number };

/** What `define` makes a kernel of. */
interface KernelParts<L extends UniformTypes> {
  readonly name: string;
  /** `fn kernel(group: u32, thread: u32)` and what it calls, written as `README.md` says. The bindings, `u`, `weight.wgsl` and `kernel.wgsl` are in scope. */
  readonly wgsl: string;
  readonly buffers: Bindings;
  readonly uniforms: L;
  /** As `const NAME: u32`; `THREADS` is the size of the workgroup. */
  readonly constants: Readonly<Record<"THREADS", number> & Record<string, number>>;
  readonly lists?: Lists;
  readonly imports?: readonly CommonShader[];
  reference(buffers: readonly DeviceBytes[], values: Values<L>): void;
  /** See `Kernel`. */
  fast?(buffers: readonly number[], values: Values<L>): Job | undefined;
}

export const reads = (type: string) => ({ type, access: "read" }) as const;
export const writes = (type: string) => ({ type, access: "read_write" }) as const;

/** Makes a kernel that names its buffers: a module with a binding for each buffer, and the uniforms after the last. */
export function define<const L extends UniformTypes>(parts: KernelParts<L>): Kernel<Values<L>> {
  const uniforms = uniformLayout(parts.uniforms, 0);
  const { constants, buffers, lists = {}, imports = [] } = parts;
  const text = [weight, kernel, ...commonShaders(imports), parts.wgsl];
  return {
    name: parts.name,
    wgsl: linkModule({ constants, uniforms, buffers, lists, text }),
    buffers: Object.values(buffers).map(({ access }) => access),
    packUniforms: (values) => uniforms.pack(values),
    reference: parts.reference,
    ...(parts.fast && { fast: parts.fast }),
  };
}

/** Compiles a kernel if that was not done yet, and issues it. Work is done in the order in which it is issued: await each. */
export async function dispatch<U>(
  device: Device,
  kernel: Kernel<U>,
  buffers: readonly DeviceBuffer[],
  uniforms: U,
  groups: number,
): Promise<void> {
  device.run(await device.prepare(kernel), buffers, uniforms, groups);
}

/** The buffer's bytes as f32, not copied. */
export function floats(bytes: DeviceBytes | undefined): Float32Array {
  if (!bytes) throw new TypeError("A kernel was run with fewer buffers than it binds.");
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}

/** The buffer's bytes as u32, not copied. */
export function words(bytes: DeviceBytes | undefined): Uint32Array {
  if (!bytes) throw new TypeError("A kernel was run with fewer buffers than it binds.");
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}
