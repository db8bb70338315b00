import { DTYPE_BYTES } from "../../src/formats/dtypes";
import { elementCount, type StoredTensor } from "../../src/formats/tensor";
import { readTorch } from "../../src/formats/torch/torchFile";
import { memorySource } from "../../src/io/memory";
import { CheckpointSource } from "../../src/model/sources/checkpoint";
import { mutateBytes } from "../mutate/bytes";
import type { Random } from "../random";
import { sameBytes } from "../same";
import { filesEnding, readBytes } from "../seeds";
import { ACCEPTED, answerOf, bytesOf, ensure, type Input, type Target } from "../target";

const FILE = "pytorch_model.bin";
/** The description of the tensors is what mutations are about. */
const SEED_BYTES = 20_000;
/** A view may stand for more elements than the file has bytes: one that is larger is not read here. */
const MAX_ELEMENTS = 100_000;
/** Instructions of pickles, and numbers in them. */
const OPCODES = [...".(N}])tRQqhrjXKMJGcbuseaU\x80\x85\x86\x87\x88\x89\x8a\x8c\x93\x94\x95"].map((letter) =>
  letter.charCodeAt(0),
);

/**
 * Files of PyTorch. Whatever is given, each tensor that is read lies in the file, and its elements are those that its strides lead to; all
 * else is refused with a code.
 */
export const torch: Target = {
  name: "torch",
  time: { base: 60, perKb: 3 },
  async open() {
    const real = filesEnding("e2e/golden/torch", ".bin")
      .map(readBytes)
      .filter(({ length }) => length < SEED_BYTES);
    return { make: (random) => ({ [FILE]: make(random, real) }), check };
  },
};

function make(random: Random, real: readonly Uint8Array[]): Uint8Array {
  const file = random.pick(real);
  return random.oneIn(3) ? mutateBytes(random, file) : describedAnew(random, file);
}

/** Bytes changed that describe tensors: the length stays, so that the archive is still one. */
function describedAnew(random: Random, file: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(file);
  const start = file[0] === 0x50 ? 64 : 0;
  for (let left = 1 + random.few(4); left > 0; left--) {
    const at = start + random.below(Math.min(1200, file.length - start));
    changed[at] = random.oneIn(2) ? random.pick(OPCODES) : random.oneIn(2) ? random.below(256) : (changed[at] ?? 0) ^ 1;
  }
  return changed;
}

async function check(input: Input): Promise<string> {
  const bytes = bytesOf(input, FILE);
  const source = memorySource(FILE, bytes);
  const answer = await answerOf(() => readTorch(source));
  if ("code" in answer) {
    ensure(answer.code.startsWith("torch/"), () => `a file is refused with ${answer.code}`);
    return answer.code;
  }
  const tensors = answer.value;
  const weights = new CheckpointSource({
    key: "m",
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    source: async () => source,
  });
  for (const tensor of tensors) {
    const { name, start, end, shape } = tensor;
    ensure(
      start >= 0 && start <= end && end <= bytes.length,
      () => `${JSON.stringify(name)} lies at ${start} to ${end}`,
    );
    const count = elementCount(shape);
    if (count > MAX_ELEMENTS) continue;
    const got = await weights.read(name, 0, count);
    ensure(sameBytes(got, gathered(bytes, tensor)), () => `the elements of ${JSON.stringify(name)} are others`);
  }
  return ACCEPTED;
}

/** Element by element, slow and plain on purpose. */
function gathered(bytes: Uint8Array, { shape, strides, start, dtype }: StoredTensor): Uint8Array {
  const size = DTYPE_BYTES[dtype];
  const out: number[] = [];
  const steps = strides ?? shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const walk = (axis: number, place: number) => {
    if (axis === shape.length) {
      for (let byte = 0; byte < size; byte++) out.push(bytes[start + place * size + byte] ?? -1);
      return;
    }
    for (let at = 0; at < (shape[axis] ?? 0); at++) walk(axis + 1, place + at * (steps[axis] ?? 0));
  };
  walk(0, 0);
  return Uint8Array.from(out);
}
