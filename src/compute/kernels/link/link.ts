import dtypes from "../../../../shaders/common/dtypes.wgsl?raw";
import fibres from "../../../../shaders/common/fibres.wgsl?raw";
import keys from "../../../../shaders/common/keys.wgsl?raw";
import load from "../../../../shaders/common/load.wgsl?raw";
import philox from "../../../../shaders/common/philox.wgsl?raw";
import random from "../../../../shaders/common/random.wgsl?raw";
import seal from "../../../../shaders/common/seal.wgsl?raw";
import store from "../../../../shaders/common/store.wgsl?raw";
import { append } from "../../../base/lists";
import { own } from "../../../base/own";
import type { FloatDType, OutputDType } from "../../../formats/dtypes";
import type { UniformLayout } from "./uniforms";

/** Files of `shaders/common` that a body may ask for; the others stand in every module. `random.wgsl` is for packed inputs. */
const COMMON = {
  "fibres.wgsl": fibres,
  "keys.wgsl": keys,
  "philox.wgsl": philox,
  "random.wgsl": `${philox}\n${random}`,
} as const;
export type CommonShader = keyof typeof COMMON;

/** The texts of some of them. */
export const commonShaders = (names: readonly CommonShader[]): readonly string[] => names.map((name) => COMMON[name]);

/** What `//#each` loops count over: each variable with the numbers it takes. */
export type Lists = Readonly<Record<string, readonly number[]>>;

/** Lists that switch on the part of a shader between `//#each one` and `//#end`, and leave out those of the others. */
export function only<N extends string>(one: N, others: readonly N[]): Lists {
  return Object.fromEntries(others.map((name) => [name, name === one ? [0] : []]));
}

/** Storage buffers of a module by their WGSL names, in binding order, with their types. */
export type Bindings = Readonly<Record<string, { readonly type: string; readonly access: "read" | "read_write" }>>;

/** The parts of any module. */
interface Module {
  /** As `const NAME: u32`. */
  readonly constants: Readonly<Record<string, number>>;
  readonly uniforms: UniformLayout;
  readonly buffers: Bindings;
  readonly lists: Lists;
  /** What stands after the declarations and `dtypes.wgsl`, written as `kernels/README.md` says. */
  readonly text: readonly string[];
}

/** Makes one whole WGSL module: all of them go through here. @throws {SyntaxError} as `expand` does */
export function linkModule({ constants, uniforms, buffers, lists, text }: Module): string {
  const bindings = Object.entries(buffers);
  const lines = [
    ...Object.entries(constants).map(([name, value]) => `const ${name}: u32 = ${value}u;`),
    uniforms.wgsl,
    ...bindings.map(
      ([name, { type, access }], at) => `@group(0) @binding(${at}) var<storage, ${access}> ${name}: ${type};`,
    ),
    `@group(0) @binding(${bindings.length}) var<uniform> u: Uniforms;`,
    dtypes,
    ...text,
  ];
  return expand(lines.join("\n"), lists);
}

/** The parts of a module whose inputs are packed in one buffer. */
export interface ModuleParts {
  readonly inputs: readonly FloatDType[];
  readonly uniforms: UniformLayout;
  /** Storage buffers after the packed inputs: WGSL names with their types, written to by the kernel. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly constants?: Readonly<Record<string, number>>;
  readonly imports: readonly CommonShader[];
  /** Loops beyond `k` and `j`, which run over the inputs, and `o`, which leaves out input 0: the base of those that have one. */
  readonly lists?: Lists;
  /** WGSL type that a body takes its inputs as: `vec4u` for bit patterns. */
  readonly lane: "vec4f" | "vec4u";
  /** What the definition brings, and the skeleton that calls it; written as `expand` says. */
  readonly body: string;
  readonly skeleton: string;
  /** Type that the skeleton's `encode` and `store` write. */
  readonly stores?: OutputDType;
}

/** A module over packed inputs, specialised for their number and their dtypes. */
export function link(parts: ModuleParts): string {
  const inputs = parts.inputs.map((_, k) => k);
  const outputs = Object.entries(parts.outputs);
  const { lane } = parts;
  const written = outputs.map(([name, type]) => [name, { type, access: "read_write" }] as const);
  const lines = [
    load,
    ...parts.inputs.map((dtype, k) => `fn load_${k}(i: u32) -> Eight { return load_${dtype}(u.offset_${k}, i); }`),
    parts.stores ? storing(parts.stores) : "",
    `fn from_bits(v: vec4u) -> ${lane} { return ${lane === "vec4u" ? "v" : "bitcast<vec4f>(v)"}; }`,
    `fn to_bits(v: ${lane}) -> vec4u { return ${lane === "vec4u" ? "v" : "bitcast<vec4u>(v)"}; }`,
    seal,
    ...commonShaders(parts.imports),
    parts.body,
    parts.skeleton,
  ];
  const text = lines
    .join("\n")
    .replaceAll("$inputs", inputs.map((k) => `x${k}: ${lane}`).join(", "))
    .replaceAll("$args", inputs.map((k) => `x${k}`).join(", "));
  return linkModule({
    constants: { N: inputs.length, ...parts.constants },
    uniforms: parts.uniforms,
    buffers: { packed: { type: "array<vec4u>", access: "read" }, ...Object.fromEntries(written) },
    lists: { k: inputs, j: inputs, o: inputs.slice(1), ...parts.lists },
    text: [text],
  });
}

function storing(dtype: OutputDType): string {
  return [
    store,
    `fn encode(v: vec4u) -> vec4u { return encode_${dtype}(v); }`,
    `fn store(i: u32, e: Eight) -> u32 { return store_${dtype}(i, e); }`,
  ].join("\n");
}

/**
 * Repeats the lines between `//#each v` and `//#end` for every number of list `v`, with `$v` replaced by it. Loops nest.
 * `//#each j from k` starts at the number that `k` has, `//#each j after k` behind it.
 * @throws {SyntaxError} for a loop over an unknown list, or one without an end.
 */
export function expand(template: string, lists: Lists): string {
  const lines = template.split("\n");
  const { text, next } = expandFrom(lines, 0, lists, {});
  if (next < lines.length) throw new SyntaxError(`"//#end" without "//#each" in line ${next + 1} of a shader.`);
  return text.join("\n");
}

/** Expands up to the `//#end` of the loop that encloses line `start`, or to the end of the file. */
function expandFrom(lines: readonly string[], start: number, lists: Lists, scope: Readonly<Record<string, number>>) {
  const text: string[] = [];
  let next = start;
  for (; next < lines.length; next++) {
    const line = lines[next] ?? "";
    if (/^\s*\/\/#end\s*$/.test(line)) break;
    const loop = /^\s*\/\/#each (\w+)(?: (from|after) (\w+))?\s*$/.exec(line);
    if (!loop) {
      text.push(line.replace(/\$(\w)/g, (found, name: string) => `${own(scope, name) ?? found}`));
      continue;
    }
    const [, variable = "", how, other] = loop;
    const list = own(lists, variable);
    if (!list) throw new SyntaxError(`No list "${variable}" for "${line.trim()}".`);
    const first = other === undefined ? 0 : (own(scope, other) ?? 0) + (how === "after" ? 1 : 0);
    const end = endOf(lines, next);
    for (const value of list) {
      if (value < first) continue;
      append(text, expandFrom(lines, next + 1, lists, { ...scope, [variable]: value }).text);
    }
    next = end;
  }
  return { text, next };
}

function endOf(lines: readonly string[], each: number): number {
  let depth = 0;
  for (let at = each; at < lines.length; at++) {
    const line = (lines[at] ?? "").trim();
    if (line.startsWith("//#each")) depth++;
    if (line === "//#end" && --depth === 0) return at;
  }
  throw new SyntaxError(`"${(lines[each] ?? "").trim()}" has no "//#end".`);
}
