import equalsWgsl from "../../shaders/reduce/equals.wgsl?raw";
import histogramSkeleton from "../../shaders/reduce/histogram.wgsl?raw";
import keysSkeleton from "../../shaders/reduce/keys.wgsl?raw";
import repeatedWgsl from "../../shaders/reduce/repeated.wgsl?raw";
import { DTYPE_BYTES } from "../formats/dtypes";
import { type Blocks, LEAF, type PackedBlock } from "./blocks";
import type { Device } from "./device";
import type { Numbers, UniformType } from "./kernel";
import { leafSums } from "./leafSums";
import { packedNumbers } from "./packed";
import type { BoundTerms, KthLargest, TermsDefinition } from "./terms";
import { type Part, partsOf, type Reduction, termsKernel } from "./termsKernel";

/** The 31 bits of a magnitude, from the top. */
const PASSES = [
  { shift: 20, bits: 11 },
  { shift: 10, bits: 10 },
  { shift: 0, bits: 10 },
] as const;
const BINS = 2048;
/** Terms of one kernel: two histograms of 8 KiB fill the workgroup memory that every GPU has. Without, registers are the limit. */
const MOST_TERMS = { shared: 2, direct: 16 } as const;
/** Elements that a workgroup of the histogram kernel takes. */
const GROUP_ELEMENTS = 4096 * 8;

/** Above every key: keeps nothing. */
const NOTHING = { bits: 0x7fff_ffff, cut: 0 } as const;

/**
 * The key of a magnitude as `key_of` in `keys.wgsl` makes it: its f32 pattern without the sign; subnormals count as zero.
 */
export function keyBits(values: Float32Array): Uint32Array {
  const keys = new Uint32Array(values.buffer, values.byteOffset, values.length).slice();
  for (let i = 0; i < keys.length; i++) keys[i] = keyOf(keys[i] ?? 0);
  return keys;
}

/** The same for one pattern. */
function keyOf(bits: number): number {
  const magnitude = bits & 0x7fff_ffff;
  return magnitude < 0x0080_0000 ? 0 : magnitude;
}

/** A cut index of the whole tensor as an index in a block, for the uniforms of a map over that block. */
export function cutWithin(cut: number, block: { readonly start: number; readonly count: number }): number {
  return Math.min(Math.max(cut - block.start, 0), block.count);
}

/** State of one term's search. */
interface Search {
  /** High bits found so far. */
  prefix: number;
  /** How many of the elements that share the prefix are kept. */
  rest: number;
  /** How many elements share the prefix. */
  sharing: number;
}

/**
 * Exact k-th largest by a radix select of three passes; two more find the cut index where equals of the k-th are left out.
 * @see KthLargest
 */
export const kthLargest: KthLargest = async (device, blocks, single, k, signal) => {
  const count = blocks.count;
  const terms = single.terms.terms(blocks.dtypes.length);
  const each = k.length / Math.max(1, terms);
  if (!Number.isInteger(each))
    throw new RangeError(`${terms} terms need as many k, or so many times, but got ${k.length}.`);
  const keys = each === 1 ? single : { ...single, terms: repeated(single.terms, each) };
  const searches = k.map((wanted): Search => ({ prefix: 0, rest: wanted, sharing: count }));
  const open = k.some((wanted) => wanted > 0 && wanted < count);
  for (const pass of open ? PASSES : []) {
    const histogram = await countKeys(device, blocks, keys, pass, searches, signal);
    for (const [t, search] of searches.entries()) {
      descend(search, histogram.subarray(t * BINS, (t + 1) * BINS), pass.bits);
    }
  }
  const cuts = open ? await findCuts(device, blocks, keys, searches, signal) : [];
  return searches.map((search, t) => {
    if ((k[t] ?? 0) <= 0) return NOTHING;
    if ((k[t] ?? 0) >= count) return { bits: 0, cut: count };
    return { bits: search.prefix, cut: cuts[t] ?? count };
  });
};

/** Goes down to the bin that holds the k-th largest. */
function descend(search: Search, histogram: Uint32Array, bits: number): void {
  let bin = 2 ** bits - 1;
  while (bin > 0 && (histogram[bin] ?? 0) < search.rest) search.rest -= histogram[bin--] ?? 0;
  search.prefix = search.prefix * 2 ** bits + bin;
  search.sharing = histogram[bin] ?? 0;
}

async function countKeys(
  device: Device,
  blocks: Blocks,
  keys: BoundTerms,
  pass: (typeof PASSES)[number],
  searches: readonly Search[],
  signal: AbortSignal | undefined,
): Promise<Uint32Array> {
  const gather = device.info.software ? "direct" : "shared";
  const kernels = await Promise.all(
    partsOf(searches.length, MOST_TERMS[gather]).map((part) =>
      device.prepare(termsKernel(keys.terms, blocks.dtypes, part, histogramReduction(part, gather))),
    ),
  );
  const bytes = searches.length * BINS * 4;
  using histogram = await device.lease(bytes, "histogram");
  device.clear(histogram, 0, bytes);
  const span = 2 ** (pass.shift + pass.bits);
  const firsts = Object.fromEntries(searches.map(({ prefix }, t) => [`first_${t}`, prefix * span]));
  for await (const block of blocks) {
    signal?.throwIfAborted();
    const numbers = { ...keys.uniforms(block), ...packedNumbers(block), shift: pass.shift, span, ...firsts };
    for (const kernel of kernels) {
      device.run(kernel, [block.buffer, histogram], numbers, Math.ceil(block.count / GROUP_ELEMENTS));
    }
  }
  const counts = await device.read(histogram, 0, bytes);
  signal?.throwIfAborted();
  return new Uint32Array(counts.buffer);
}

/**
 * Per term the index of the first element equal to the k-th largest that is not kept; undefined where all equals are.
 * One pass counts equals per leaf; another looks into the leaf where the count passes.
 */
async function findCuts(
  device: Device,
  blocks: Blocks,
  keys: BoundTerms,
  searches: readonly Search[],
  signal: AbortSignal | undefined,
): Promise<readonly (number | undefined)[]> {
  const cuts = new Array<number | undefined>(searches.length).fill(undefined);
  const tied = searches.flatMap(({ rest, sharing }, t) => (rest > 0 && rest < sharing ? [t] : []));
  if (tied.length === 0) return cuts;

  /** Where the first element that is left out lies: its leaf, and how many equals come before it in the leaf. */
  const places = new Map<number, { leaf: number; before: number }>();
  const left = searches.map(({ rest }) => rest);
  let leaf = 0;
  await leafSums(device, blocks, equalsOf(keys, searches), signal, (equals) => {
    for (let at = 0; at < equals.length; at += searches.length, leaf++) {
      for (const t of tied) {
        if (places.has(t)) continue;
        const found = equals[at + t] ?? 0;
        const before = left[t] ?? 0;
        if (found > before) places.set(t, { leaf, before });
        else left[t] = before - found;
      }
    }
  });

  const all = { from: 0, size: searches.length };
  const kernel = await device.prepare(termsKernel(keys.terms, blocks.dtypes, all, keysReduction(searches.length)));
  const bytes = searches.length * LEAF * 4;
  using found = await device.lease(bytes, "keys");
  for await (const block of blocks) {
    signal?.throwIfAborted();
    const here = [...places].filter(
      ([, { leaf }]) => leaf * LEAF >= block.start && leaf * LEAF < block.start + block.count,
    );
    for (const [t, { leaf, before }] of here) {
      const part = leafOf(block, blocks, leaf * LEAF);
      device.run(kernel, [part.buffer, found], { ...keys.uniforms(part), ...packedNumbers(part) }, 1);
      const read = await device.read(found, t * LEAF * 4, part.count * 4);
      cuts[t] = part.start + indexOfNth(new Uint32Array(read.buffer), searches[t]?.prefix ?? 0, before);
      places.delete(t);
    }
    if (places.size === 0) break;
  }
  return cuts;
}

/** The leaf of a block that starts at element `start` of the tensor, as a block of its own. */
function leafOf(block: PackedBlock, blocks: Blocks, start: number): PackedBlock {
  const skipped = start - block.start;
  return {
    buffer: block.buffer,
    start,
    count: Math.min(LEAF, block.count - skipped),
    offsets: block.offsets.map((offset, k) => offset + skipped * DTYPE_BYTES[blocks.dtypes[k] ?? "F32"]),
  };
}

/** Index of the element that has `before` others equal to `value` ahead of it. */
function indexOfNth(values: Uint32Array, value: number, before: number): number {
  let at = values.indexOf(value);
  for (let skipped = 0; skipped < before; skipped++) at = values.indexOf(value, at + 1);
  return at;
}

function histogramReduction(part: Part, gather: "shared" | "direct"): Reduction {
  const terms = Array.from({ length: part.size }, (_, i) => part.from + i);
  return {
    name: `histogram (${gather})`,
    skeleton: histogramSkeleton,
    lists: { s: gather === "shared" ? [0] : [], g: gather === "direct" ? [0] : [] },
    imports: ["keys.wgsl"],
    output: ["histogram", "array<atomic<u32>>"],
    constants: { BINS },
    uniforms: { shift: "u32", span: "u32", ...scalars("first", terms) },
    reference(values, output, numbers) {
      const [shift, span] = [Number(numbers.shift), Number(numbers.span)];
      const histogram = new Uint32Array(output.buffer, output.byteOffset, output.byteLength / 4);
      values.forEach((term, i) => {
        const first = Number(numbers[`first_${part.from + i}`]);
        const bins = histogram.subarray((part.from + i) * BINS, (part.from + i + 1) * BINS);
        const patterns = new Uint32Array(term.buffer, term.byteOffset, term.length);
        for (let at = 0; at < patterns.length; at++) {
          const place = keyOf(patterns[at] ?? 0) - first;
          if (place < 0 || place >= span) continue;
          const bin = place >>> shift;
          bins[bin] = (bins[bin] ?? 0) + 1;
        }
      });
    },
  };
}

function keysReduction(terms: number): Reduction {
  return {
    name: "keys",
    skeleton: keysSkeleton,
    imports: ["keys.wgsl"],
    output: ["keys", "array<vec4u>"],
    uniforms: {},
    reference(values, output) {
      const keys = new Uint32Array(output.buffer, output.byteOffset, terms * LEAF);
      values.forEach((term, t) => {
        keys.set(keyBits(term), t * LEAF);
      });
    },
  };
}

const marked = new WeakMap<TermsDefinition, Map<number, TermsDefinition>>();

/** Terms that are 1 where a key equals what its search found, for counting them. */
function equalsOf(keys: BoundTerms, searches: readonly Search[]): BoundTerms {
  const byCount = marked.get(keys.terms) ?? new Map<number, TermsDefinition>();
  marked.set(keys.terms, byCount);
  const terms = byCount.get(searches.length) ?? equalsDefinition(keys.terms, searches.length);
  byCount.set(searches.length, terms);
  const marks = Object.fromEntries(searches.map(({ prefix }, t) => [`mark_${t}`, prefix]));
  return { terms, uniforms: (block) => ({ ...keys.uniforms(block), ...marks }) };
}

function equalsDefinition(keys: TermsDefinition, count: number): TermsDefinition {
  const terms = Array.from({ length: count }, (_, t) => t);
  return {
    name: `equals of ${keys.name}`,
    terms: () => count,
    imports: [...new Set([...(keys.imports ?? []), "keys.wgsl" as const])],
    wgsl: `${keys.wgsl.replace(/\bfn terms\b/, "fn key_terms")}\n${equalsWgsl}`,
    uniforms: { ...keys.uniforms, ...scalars("mark", terms) },
    reference(x, out, values, start) {
      keys.reference(x, out, values, start);
      for (const [t, term] of out.entries()) {
        const mark = (values as Numbers)[`mark_${t}`];
        const patterns = new Uint32Array(term.buffer, term.byteOffset, term.length);
        for (let i = 0; i < patterns.length; i++) term[i] = keyOf(patterns[i] ?? 0) === mark ? 1 : 0;
      }
    },
  };
}

/** One u32 per term: `name_0`, `name_1` … */
function scalars(name: string, terms: readonly number[]): Record<string, UniformType> {
  return Object.fromEntries(terms.map((t) => [`${name}_${t}`, "u32" as const]));
}

const repeats = new WeakMap<TermsDefinition, Map<number, TermsDefinition>>();

/** Every term several times, one after the other, so that each has as many searches. */
function repeated(keys: TermsDefinition, each: number): TermsDefinition {
  const known = repeats.get(keys) ?? new Map<number, TermsDefinition>();
  repeats.set(keys, known);
  const definition = known.get(each) ?? repeatedDefinition(keys, each);
  known.set(each, definition);
  return definition;
}

function repeatedDefinition(keys: TermsDefinition, each: number): TermsDefinition {
  const once = keys.wgsl.replace(/\bfn terms\b/, "fn once_terms").replace(/\bT\b/g, `(T / ${each}u)`);
  return {
    ...keys,
    name: `${keys.name} ×${each}`,
    terms: (inputs) => each * keys.terms(inputs),
    wgsl: `${once}\n${repeatedWgsl.replaceAll("EACH", `${each}u`)}`,
    reference(x, out, values, start) {
      const made = out.filter((_, t) => t % each === 0);
      keys.reference(x, made, values, start);
      for (const [t, term] of out.entries()) if (t % each > 0) term.set(made[Math.floor(t / each)] ?? []);
    },
  };
}
