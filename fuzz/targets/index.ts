import { INDEX_FILE } from "../../src/formats/indexJson";
import { isObject } from "../../src/formats/json";
import { elementCount } from "../../src/formats/tensor";
import { MemoryFolder } from "../../src/io/memory";
import { openCheckpoint } from "../../src/model/open";
import { LLAMA_CONFIG, llamaTensors, weightsFile } from "../models";
import { jsonOf, mutateJson, printJson } from "../mutate/json";
import { mutateText } from "../mutate/text";
import { readStrictJson } from "../reference/json";
import { sameBytes } from "../same";
import { ACCEPTED, answerOf, ensure, type Target, textOf } from "../target";

const SHARDS = ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "sub/more.safetensors"];

/**
 * The list of which shard holds which tensor. An accepted one is JSON without a name twice, names shards of the folder and tensors
 * that are in them, and each tensor is read from the shard it names, though another may have one of that name.
 */
export const index: Target = {
  name: "index",
  time: { base: 100, perKb: 5 },
  async open() {
    const tensors = llamaTensors(2);
    const odd = ["constructor", "__proto__", "toString", "a/b"].map((name) => ({
      name,
      dtype: "F32" as const,
      shape: [2, 2],
    }));
    // The second and the third shard both have the last tensors, with other values.
    const held = [tensors.slice(0, 8), [...tensors.slice(8), ...odd], odd];
    const files = new Map(SHARDS.map((file, at) => [file, weightsFile(held[at] ?? [], at)]));
    const names = new Map(SHARDS.map((file, at) => [file, new Set(held[at]?.map(({ name }) => name))]));
    const config = new TextEncoder().encode(JSON.stringify(LLAMA_CONFIG));
    const map = Object.fromEntries(SHARDS.flatMap((file, at) => (held[at] ?? []).map(({ name }) => [name, file])));
    Object.defineProperty(map, "__proto__", { value: SHARDS[1], enumerable: true, configurable: true, writable: true });
    const seed = jsonOf({ metadata: { total_size: 1000 }, weight_map: map });
    const text = JSON.stringify({ weight_map: map }, null, 2);
    const sources = {
      names: ["weight_map", "metadata", "total_size", ...Object.keys(map)],
      values: [
        ...SHARDS,
        "../model.safetensors",
        "/etc/passwd",
        "config.json",
        INDEX_FILE,
        "model.safetensors",
        "C:x",
        "a\\b",
      ].map((file) => JSON.stringify(file)),
    };
    const words = ["weight_map", "constructor", "__proto__", "sub/", ".safetensors", ...SHARDS];
    return {
      make: (random) => ({
        [INDEX_FILE]: random.oneIn(3)
          ? mutateText(random, text, { words, others: [text] })
          : printJson(random, random.oneIn(20) ? seed : mutateJson(random, seed, sources)),
      }),
      async check(input) {
        const written = textOf(input, INDEX_FILE);
        const folder = new MemoryFolder(
          "m",
          new Map([...files, ["config.json", config], [INDEX_FILE, new TextEncoder().encode(written)]]),
        );
        const answer = await answerOf(() => openCheckpoint("m", folder));
        // As the file reads back: a lone surrogate is no text of a file.
        const wanted = soundIndex(new TextDecoder().decode(new TextEncoder().encode(written)), names);
        if ("code" in answer) {
          const isLimit = answer.code === "safetensors/index-excess" || answer.code === "model/duplicate-tensor";
          ensure(
            wanted === undefined || wanted.size === 0 || isLimit,
            () => `a sound index is refused with ${answer.code}`,
          );
          return answer.code;
        }
        ensure(wanted !== undefined, () => "an index is taken that does not fit the folder");
        const { tensors: read, weights } = answer.value;
        for (const name of wanted.keys()) ensure(read.has(name), () => `the tensor ${JSON.stringify(name)} is lost`);
        for (const { name, file, start, end, shape } of read.values()) {
          ensure(
            wanted.get(name) === undefined || wanted.get(name) === file,
            () => `${JSON.stringify(name)} is read from ${file}`,
          );
          ensure(names.get(file)?.has(name) === true, () => `${file} does not hold ${JSON.stringify(name)}`);
          const bytes = await weights.read(name, 0, elementCount(shape));
          ensure(
            sameBytes(bytes, files.get(file)?.subarray(start, end) ?? new Uint8Array()),
            () => `the bytes of ${JSON.stringify(name)} are others`,
          );
        }
        return ACCEPTED;
      },
    };
  },
};

/** Which file each tensor is in, by rules alone; `undefined` where one is broken. */
function soundIndex(
  text: string,
  held: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, string> | undefined {
  const read = readStrictJson(text);
  if (!read || read.repeats || !isObject(read.value)) return undefined;
  const map = Object.hasOwn(read.value, "weight_map") ? read.value.weight_map : undefined;
  if (!isObject(map)) return undefined;
  const found = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== "string" || !held.get(file)?.has(tensor)) return undefined;
    found.set(tensor, file);
  }
  return found;
}
