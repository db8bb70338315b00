import type { Bytes } from "../../../base/bytes";
import { own } from "../../../base/own";
import type { Numbers, UniformType } from "../../kernel";

/** The uniform struct of a kernel: WGSL text and the packing that agrees with it. */
export interface UniformLayout {
  /** `struct Uniforms { … }`, scalars only, so that every field takes four bytes. */
  readonly wgsl: string;
  pack(values: Numbers): Bytes;
}

/** Lays out uniforms for a kernel of `inputs` inputs: a list `w` becomes the fields `w_0 … w_{inputs−1}`. */
export function uniformLayout(types: Readonly<Record<string, UniformType>>, inputs: number): UniformLayout {
  const entries = Object.entries(types);
  const fields = entries.flatMap(([name, type]) =>
    type === "u32[]" || type === "f32[]"
      ? Array.from({ length: inputs }, (_, k) => `${name}_${k}: ${type.slice(0, 3)}`)
      : [`${name}: ${type}`],
  );
  const bytes = Math.ceil(fields.length / 4) * 16;
  return {
    wgsl: `struct Uniforms {\n${fields.map((field) => `  ${field},\n`).join("")}}\n`,
    pack(values) {
      const packed = new Uint8Array(bytes);
      const view = new DataView(packed.buffer);
      let at = 0;
      for (const [name, type] of entries) {
        for (const value of listOf(name, type, own(values, name), inputs)) {
          if (type.startsWith("u32")) view.setUint32(at, value, true);
          else view.setFloat32(at, value, true);
          at += 4;
        }
      }
      return packed;
    },
  };
}

/** One u32 per term: `name_0`, `name_1` … */
export function scalars(name: string, terms: readonly number[]): Record<string, UniformType> {
  return Object.fromEntries(terms.map((t) => [`${name}_${t}`, "u32" as const]));
}

function listOf(name: string, type: UniformType, value: number | readonly number[] | undefined, inputs: number) {
  if (!type.endsWith("[]")) {
    if (typeof value === "number") return [value];
    throw new TypeError(`Uniform "${name}" is one ${type}, but got ${JSON.stringify(value)}.`);
  }
  if (Array.isArray(value) && value.length === inputs) return value as readonly number[];
  throw new TypeError(`Uniform "${name}" needs ${inputs} numbers, one per input, but got ${JSON.stringify(value)}.`);
}
