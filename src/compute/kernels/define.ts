import dtypes from "../../../shaders/common/dtypes.wgsl?raw";
import common from "../../../shaders/lm/common.wgsl?raw";
import type { Device, DeviceBuffer } from "../device";
import type { Kernel } from "../kernel";
import { expand, type Lists } from "../link";
import { uniformLayout } from "../uniforms";

type UniformTypes = Readonly<Record<string, "u32" | "f32">>;
type Values<L extends UniformTypes> = { readonly [K in keyof L]: number };

/** Buffers of a kernel by their WGSL names, in binding order; what it writes to comes as `write`. */
type Bindings = Readonly<Record<string, { readonly type: string; readonly access: "read" | "write" }>>;

/** What `bind` makes a kernel of. */
interface KernelParts<L extends UniformTypes> {
  readonly name: string;
  /** `fn kernel(group: u32, thread: u32)` and what it calls, written as `expand` says. The bindings, `u`, and `common.wgsl` are in scope. */
  readonly wgsl: string;
  readonly buffers: Bindings;
  readonly uniforms: L;
  /** As `const NAME: u32`; `THREADS` is the size of the workgroup. */
  readonly constants: Readonly<Record<"THREADS", number> & Record<string, number>>;
  readonly lists?: Lists;
  reference(buffers: readonly Uint8Array<ArrayBuffer>[], values: Values<L>): void;
}

export const reads = (type: string) => ({ type, access: "read" }) as const;
export const writes = (type: string) => ({ type, access: "write" }) as const;

/** Makes a kernel of the forward pass: a module with a binding for each buffer, and the uniforms after the last. */
export function define<const L extends UniformTypes>(parts: KernelParts<L>): Kernel<Values<L>> {
  const uniforms = uniformLayout(parts.uniforms, 0);
  const bindings = Object.entries(parts.buffers);
  const lines = [
    ...Object.entries(parts.constants).map(([name, value]) => `const ${name}: u32 = ${value}u;`),
    uniforms.wgsl,
    ...bindings.map(
      ([name, { type, access }], at) =>
        `@group(0) @binding(${at}) var<storage, ${access === "read" ? "read" : "read_write"}> ${name}: ${type};`,
    ),
    `@group(0) @binding(${bindings.length}) var<uniform> u: Uniforms;`,
    dtypes,
    common,
    parts.wgsl,
  ];
  return {
    name: parts.name,
    wgsl: expand(lines.join("\n"), parts.lists ?? {}),
    buffers: bindings.map(([, { access }]) => (access === "read" ? "read" : "read_write")),
    packUniforms: (values) => uniforms.pack(values),
    reference: parts.reference,
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
export function floats(bytes: Uint8Array<ArrayBuffer> | undefined): Float32Array<ArrayBuffer> {
  if (!bytes) throw new TypeError("A kernel was run with fewer buffers than it binds.");
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}

/** The buffer's bytes as u32, not copied. */
export function words(bytes: Uint8Array<ArrayBuffer> | undefined): Uint32Array<ArrayBuffer> {
  if (!bytes) throw new TypeError("A kernel was run with fewer buffers than it binds.");
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}
