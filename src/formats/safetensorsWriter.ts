import type { Bytes } from "../base/bytes";
import { DTYPE_BYTES, type DType } from "./dtypes";
import { formatFailure } from "./failures";
import { elementCount, type StoredTensor, type TensorFacts } from "./tensor";

/** One weight file to be written: its header first, then each tensor at its place, in any order. */
export interface Shard {
  /** Final name: `model.safetensors`, or `model-00001-of-00003.safetensors`. */
  readonly file: string;
  /** Bytes in all. */
  readonly size: number;
  /** The file's first bytes: header length and header. */
  readonly header: Bytes;
  /** In the order they were given; `start` and `end` count from the file's first byte. */
  readonly tensors: readonly StoredTensor[];
}

/** What transformers looks for to know that tensors are named and laid out as PyTorch has them. */
const METADATA = { format: "pt" } as const;

/** Tensor data begins at a multiple of this, so that a mapped file can be read in place. */
const ALIGNMENT = 8;

/** Widest first, as the safetensors library orders a file, with its order among types of one width. */
const FILE_ORDER: readonly DType[] = [
  "U64",
  "I64",
  "F64",
  "C64",
  "F32",
  "U32",
  "I32",
  "BF16",
  "F16",
  "U16",
  "I16",
  "F8_E4M3",
  "F8_E5M2",
  "F8_E8M0",
  "F8_E4M3FNUZ",
  "F8_E5M2FNUZ",
  "I8",
  "U8",
  "BOOL",
  "F6_E2M3",
  "F6_E3M2",
  "F4",
];

/**
 * Divides tensors, in writing order, into files as mergekit does: a file is closed when the next tensor would take it
 * over `shardBytes` of tensor data; a larger tensor gets a file of its own; 0 or less means one file.
 * Inside a file tensors lie by dtype, widest first, then by name.
 * @throws {AwaseError} `safetensors/duplicate-name`
 */
export function planShards(tensors: readonly TensorFacts[], shardBytes: number): readonly Shard[] {
  checkNames(tensors);
  const groups: TensorFacts[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor);
    if (shardBytes > 0 && filled > 0 && filled + bytes > shardBytes) {
      groups.push([]);
      filled = 0;
    }
    groups.at(-1)?.push(tensor);
    filled += bytes;
  }
  return groups.map((group, index) => layOut(shardName(index, groups.length), group));
}

function checkNames(tensors: readonly TensorFacts[]): void {
  const names = new Set(["__metadata__"]); // the header's own name cannot be a tensor's
  for (const { name } of tensors) {
    if (names.has(name)) {
      throw formatFailure("safetensors/duplicate-name", { name: undefined, tensor: name });
    }
    names.add(name);
  }
}

function shardName(index: number, count: number): string {
  if (count === 1) return "model.safetensors";
  const five = (value: number) => String(value).padStart(5, "0");
  return `model-${five(index + 1)}-of-${five(count)}.safetensors`;
}

function layOut(file: string, tensors: readonly TensorFacts[]): Shard {
  const inFile = [...tensors].sort(byTypeThenName);
  const offsets = new Map<string, number>();
  let filled = 0;
  for (const tensor of inFile) {
    offsets.set(tensor.name, filled);
    filled += tensorBytes(tensor);
  }
  const begin = (tensor: TensorFacts) => offsets.get(tensor.name) ?? 0;
  const entries = inFile.map(
    (tensor) =>
      `${JSON.stringify(tensor.name)}:${JSON.stringify({
        dtype: tensor.dtype,
        shape: tensor.shape,
        data_offsets: [begin(tensor), begin(tensor) + tensorBytes(tensor)],
      })}`,
  );
  // Joined by hand: an object would reorder names that look like numbers and trip over "__proto__".
  const header = encodeHeader(`{${[`"__metadata__":${JSON.stringify(METADATA)}`, ...entries].join(",")}}`);
  const placed = tensors.map(({ name, dtype, shape }) => {
    const start = header.length + (offsets.get(name) ?? 0);
    return { name, dtype, shape, file, start, end: start + tensorBytes({ dtype, shape }) };
  });
  return { file, size: header.length + filled, header, tensors: placed };
}

function byTypeThenName(a: TensorFacts, b: TensorFacts): number {
  return FILE_ORDER.indexOf(a.dtype) - FILE_ORDER.indexOf(b.dtype) || (a.name < b.name ? -1 : 1);
}

/** Length, JSON, spaces up to the next multiple of 8. */
function encodeHeader(json: string): Bytes {
  const text = new TextEncoder().encode(json);
  const padded = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(text, 8);
  return header;
}

function tensorBytes({ dtype, shape }: Pick<TensorFacts, "dtype" | "shape">): number {
  return elementCount(shape) * DTYPE_BYTES[dtype];
}
