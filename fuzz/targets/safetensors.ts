import { DTYPE_BYTES, type DType } from "../../src/formats/dtypes";
import { isObject, type UnknownObject } from "../../src/formats/json";
import { readSafetensors } from "../../src/formats/safetensors";
import { planShards } from "../../src/formats/safetensorsWriter";
import { elementCount, type TensorFacts } from "../../src/formats/tensor";
import { memorySource } from "../../src/io/memory";
import { CheckpointSource } from "../../src/model/sources/checkpoint";
import { mutateBytes } from "../mutate/bytes";
import { type Json, jsonOf, mutateJson, printJson } from "../mutate/json";
import { ODD_NAMES } from "../mutate/odd";
import type { Random } from "../random";
import { readStrictJson } from "../reference/json";
import { sameBytes } from "../same";
import { readBytes } from "../seeds";
import { ACCEPTED, answerOf, bytesOf, ensure, type Input, type Target } from "../target";

const FILE = "model.safetensors";
const DTYPES = Object.keys(DTYPE_BYTES) as DType[];
/** What the program refuses although the format has no word on it. */
const LIMITS = ["safetensors/header-excess", "safetensors/long-name", "safetensors/bad-shape", "safetensors/too-large"];
/** The header alone is what mutations are about; the data behind it is cut to what is left of this. */
const SEED_BYTES = 6000;

/**
 * Files of weights. An accepted file is sound by a reader that knows the format's rules and nothing else, a refused one is not, and each
 * tensor's bytes are those that the header says.
 */
export const safetensors: Target = {
  name: "safetensors",
  time: { base: 60, perKb: 3 },
  async open() {
    const real = [
      "e2e/golden/fp8/model.safetensors",
      "e2e/golden/merge/models/sharded/model-00004-of-00004.safetensors",
    ].map(readBytes);
    return { make: (random) => ({ [FILE]: make(random, real) }), check };
  },
};

function make(random: Random, real: readonly Uint8Array[]): Uint8Array {
  switch (random.below(5)) {
    case 0:
      return mutateBytes(random, random.pick(real).slice(0, SEED_BYTES + random.below(20_000)));
    case 1:
      return mutateBytes(random, written(random));
    case 2:
      return written(random);
    default:
      return withHeader(random, written(random));
  }
}

/** A sound file, small. */
function written(random: Random): Uint8Array {
  const names = new Set(random.list(random.below(6), () => tensorName(random)));
  names.delete("__metadata__");
  const facts: TensorFacts[] = [...names].map((name) => {
    const dtype = random.pick(DTYPES);
    const shape = random.list(random.below(4), () => random.below(5));
    const isWhole = Number.isInteger(elementCount(shape) * DTYPE_BYTES[dtype]);
    return { name, dtype, shape: isWhole ? shape : [...shape, 4] };
  });
  const [shard] = planShards(facts, 0);
  const bytes = new Uint8Array(shard?.size ?? 0);
  bytes.set(shard?.header ?? []);
  for (let at = shard?.header.length ?? 0; at < bytes.length; at++) bytes[at] = at * 31 + 7;
  return bytes;
}

function tensorName(random: Random): string {
  return random.oneIn(3)
    ? random.pick(ODD_NAMES)
    : `model.layers.${random.below(3)}.${random.pick(["q", "k", "v"])}.weight`;
}

/** The file with another header before its data, its length put right or not. */
function withHeader(random: Random, bytes: Uint8Array): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header: Json = jsonOf(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))));
  const changed = mutateJson(random, header, {
    names: ["dtype", "shape", "data_offsets", "__metadata__", "format"],
    values: [...DTYPES.map((dtype) => JSON.stringify(dtype)), "[0,8]", "[8,0]", "[4,4]", "[0]", "[]", "[0,4,8]"],
  });
  const text = new TextEncoder().encode(printJson(random, changed) + " ".repeat(random.few(8)));
  const result = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  const stated = random.oneIn(8) ? text.length + random.below(9) - 4 : text.length;
  new DataView(result.buffer).setBigUint64(
    0,
    random.oneIn(50) ? 2n ** 64n - BigInt(1 + random.below(1e6)) : BigInt(Math.max(0, stated)),
    true,
  );
  result.set(text, 8);
  result.set(bytes.subarray(8 + length), 8 + text.length);
  return result;
}

async function check(input: Input): Promise<string> {
  const bytes = bytesOf(input, FILE);
  const source = memorySource(FILE, bytes);
  const answer = await answerOf(() => readSafetensors(source));
  const sound = soundFile(bytes);
  if ("code" in answer) {
    ensure(sound === undefined || LIMITS.includes(answer.code), () => `a sound file is refused with ${answer.code}`);
    return answer.code;
  }
  ensure(sound !== undefined, () => "a file is read that breaks the format's rules");
  const { tensors, dataStart, metadata } = answer.value;
  ensure(tensors.length === sound.size, () => `${tensors.length} tensors are read of ${sound.size}`);
  ensure(
    Object.values(metadata).every((text) => typeof text === "string"),
    () => "metadata holds what is no text",
  );
  const weights = new CheckpointSource({
    key: "m",
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    source: async () => source,
  });
  for (const { name, dtype, shape, start, end } of tensors) {
    const wanted = sound.get(name);
    ensure(wanted !== undefined, () => `a tensor ${JSON.stringify(name)} is read that the header has not`);
    ensure(
      start === dataStart + wanted.from && end === dataStart + wanted.to,
      () => `${JSON.stringify(name)} lies at ${start} to ${end}`,
    );
    const elements = elementCount(shape);
    const got = await weights.read(name, 0, elements);
    ensure(
      sameBytes(got, bytes.subarray(start, end)),
      () => `the bytes of ${JSON.stringify(name)} (${dtype}) are others`,
    );
  }
  return ACCEPTED;
}

interface Place {
  readonly from: number;
  readonly to: number;
}

/** Where each tensor lies by the format's rules; `undefined` where one of them is broken. Slow and plain on purpose. */
function soundFile(bytes: Uint8Array): ReadonlyMap<string, Place> | undefined {
  if (bytes.length < 8) return undefined;
  let length = 0n;
  for (let at = 7; at >= 0; at--) length = length * 256n + BigInt(bytes[at] ?? 0);
  if (length > 100_000_000n || 8n + length > BigInt(bytes.length)) return undefined;
  const end = 8 + Number(length);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, end));
  } catch {
    return undefined;
  }
  if (!text.startsWith("{")) return undefined;
  const read = readStrictJson(text);
  if (!read || read.repeats || !isObject(read.value)) return undefined;
  const places = new Map<string, Place>();
  const covered = new Uint8Array(bytes.length - end);
  for (const [name, entry] of Object.entries(read.value)) {
    if (name === "__metadata__") {
      if (!isObject(entry) || !Object.values(entry).every((value) => typeof value === "string")) return undefined;
      continue;
    }
    const place = soundEntry(entry);
    if (!place || place.to > covered.length) return undefined;
    for (let at = place.from; at < place.to; at++) {
      if (covered[at]) return undefined;
      covered[at] = 1;
    }
    places.set(name, place);
  }
  return covered.every((byte) => byte === 1) && gapless([...places.values()]) ? places : undefined;
}

function soundEntry(entry: unknown): Place | undefined {
  if (!isObject(entry)) return undefined;
  const { dtype, shape, data_offsets: offsets }: UnknownObject = entry;
  if (typeof dtype !== "string" || !DTYPES.includes(dtype as DType)) return undefined;
  if (!Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) return undefined;
  if (![...shape, ...offsets].every((value) => Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)))
    return undefined;
  const [from, to] = offsets as [number, number];
  // In eighths of a byte, so that nothing is rounded.
  const bits = (shape as number[]).reduce(
    (product, size) => product * BigInt(size),
    BigInt(DTYPE_BYTES[dtype as DType] * 8),
  );
  return from <= to && bits === BigInt(to - from) * 8n ? { from, to } : undefined;
}

/** An empty tensor lies between others, not inside of one. */
function gapless(places: readonly Place[]): boolean {
  let at = 0;
  for (const { from, to } of [...places].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== at) return false;
    at = to;
  }
  return true;
}
