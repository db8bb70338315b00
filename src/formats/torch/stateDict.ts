import { own } from "../../base/own";
import { DTYPE_BYTES, type DType } from "../dtypes";
import { elementCount } from "../tensor";
import { type TensorFault, torchFailure } from "./failures";
import { Dict, Global, type Made, Tuple, type Value, type Words } from "./pickle";

/** A stretch of numbers that tensors share: an entry of the archive. */
interface Storage extends Made {
  readonly made: "storage";
  readonly key: string;
  /** Absent for bytes of no type: the tensor says it. */
  readonly dtype: DType | undefined;
  /** Of `dtype`, or bytes. */
  readonly count: number;
}

interface TensorMade extends Made {
  readonly made: "tensor";
  readonly storage: Storage;
  readonly dtype: DType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A tensor as the file describes it. */
export interface DescribedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Elements from one entry to the next along each axis. */
  readonly strides: readonly number[];
  /** Of its first element, in elements. */
  readonly offset: number;
  readonly storage: string;
}

/** What a file of weights describes: tensors, and how many bytes each of the stretches has that they lie in. */
export interface StateDict {
  readonly tensors: readonly DescribedTensor[];
  readonly storages: ReadonlyMap<string, number>;
}

/** Characters of a tensor's name, and axes of a tensor, as for safetensors. */
const MAX_NAME_LENGTH = 512;
const MAX_RANK = 64;

const STORAGES: Readonly<Record<string, DType>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
};
const UNTYPED = "torch.storage.UntypedStorage";
/** Types that tensors without a typed storage name. */
const DTYPES: Readonly<Record<string, DType>> = {
  "torch.float64": "F64",
  "torch.float32": "F32",
  "torch.float16": "F16",
  "torch.bfloat16": "BF16",
  "torch.float8_e4m3fn": "F8_E4M3",
  "torch.float8_e5m2": "F8_E5M2",
  "torch.float8_e4m3fnuz": "F8_E4M3FNUZ",
  "torch.float8_e5m2fnuz": "F8_E5M2FNUZ",
  "torch.float8_e8m0fnu": "F8_E8M0",
  "torch.int64": "I64",
  "torch.int32": "I32",
  "torch.int16": "I16",
  "torch.int8": "I8",
  "torch.uint8": "U8",
  "torch.uint16": "U16",
  "torch.uint32": "U32",
  "torch.uint64": "U64",
  "torch.bool": "BOOL",
};
const ORDERED = "collections.OrderedDict";
const SIZE = "torch.Size";
const TENSOR_V2 = "torch._utils._rebuild_tensor_v2";
const TENSOR_V3 = "torch._utils._rebuild_tensor_v3";
const PARAMETER = "torch._utils._rebuild_parameter";
const CALLED: ReadonlySet<string> = new Set([ORDERED, SIZE, TENSOR_V2, TENSOR_V3, PARAMETER]);

/** What the words of a state_dict stand for: tensors in stretches of numbers, and nothing that does anything. */
export const STATE_DICT_WORDS: Words = {
  knows: (name) => CALLED.has(name) || name === UNTYPED || Object.hasOwn(STORAGES, name) || Object.hasOwn(DTYPES, name),
  call(name, given) {
    if (name === ORDERED) return given.length === 0 ? new Dict() : undefined;
    if (name === SIZE) return given.length === 1 && given[0] instanceof Tuple ? given[0] : undefined;
    if (name === PARAMETER) return isTensor(given[0]) ? given[0] : undefined;
    if (name === TENSOR_V2 || name === TENSOR_V3) return tensorMade(given, name === TENSOR_V3 ? given[6] : undefined);
    return undefined;
  },
  load: storageMade,
};

/** `("storage", class, key, device, elements)`; files of the old format add a view, which must be none. */
function storageMade(id: Value): Storage | undefined {
  if (!(id instanceof Tuple)) return undefined;
  const [kind, of, key, , count, view = null] = id.items;
  if (kind !== "storage" || !(of instanceof Global) || typeof key !== "string" || !isCount(count)) return undefined;
  if (view !== null || id.items.length > 6) return undefined;
  const dtype = own(STORAGES, of.name);
  if (dtype === undefined && of.name !== UNTYPED) return undefined;
  return { made: "storage", key, dtype, count };
}

/** `(storage, offset, shape, strides, requires_grad, hooks[, dtype])` */
function tensorMade([storage, offset, shape, strides]: readonly Value[], typed: Value | undefined) {
  const [sizes, steps] = [counts(shape), counts(strides)];
  if (!isStorage(storage) || !isCount(offset) || !sizes || !steps || sizes.length !== steps.length) return undefined;
  const named = typed instanceof Global ? own(DTYPES, typed.name) : undefined;
  const dtype = named ?? storage.dtype;
  if (dtype === undefined || sizes.length > MAX_RANK) return undefined;
  return { made: "tensor", storage, dtype, offset, shape: sizes, strides: steps } satisfies TensorMade;
}

function counts(value: Value | undefined): readonly number[] | undefined {
  return value instanceof Tuple && value.items.every(isCount) ? value.items : undefined;
}

function isCount(value: Value | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isTensor(value: Value | undefined): value is TensorMade {
  return isMade(value) && value.made === "tensor";
}

function isStorage(value: Value | undefined): value is Storage {
  return isMade(value) && value.made === "storage";
}

function isMade(value: Value | undefined): value is Made {
  return typeof value === "object" && value !== null && "made" in value;
}

/**
 * The tensors of a state_dict that was read, each checked against the stretch of numbers that it lies in.
 * @throws {AwaseError} `torch/not-a-tensor`, `torch/tensor`
 */
export function stateDict(value: Value, file: string): StateDict {
  if (!(value instanceof Dict)) {
    throw torchFailure("torch/not-a-tensor", { name: file, key: undefined, found: kindOf(value) });
  }
  const storages = new Map<string, number>();
  const tensors: DescribedTensor[] = [];
  for (const [name, tensor] of value.entries) {
    const key = typeof name === "string" ? name : kindOf(name);
    if (typeof name !== "string" || !isTensor(tensor)) {
      throw torchFailure("torch/not-a-tensor", { name: file, key: key.slice(0, 100), found: kindOf(tensor) });
    }
    tensors.push(checked(name, tensor, storages, file));
  }
  return { tensors, storages };
}

function checked(
  name: string,
  { storage, dtype, offset, shape, strides }: TensorMade,
  storages: Map<string, number>,
  file: string,
): DescribedTensor {
  const fault = (what: TensorFault, found: string) =>
    torchFailure("torch/tensor", { name: file, tensor: name.slice(0, 100), what, found });
  if (name.length > MAX_NAME_LENGTH) throw fault("name", `${name.length}`);
  const bytes = storage.count * (storage.dtype === undefined ? 1 : DTYPE_BYTES[storage.dtype]);
  const known = storages.get(storage.key);
  if (!Number.isSafeInteger(bytes) || elementCount(shape) * DTYPE_BYTES[dtype] > Number.MAX_SAFE_INTEGER) {
    throw fault("too-large", `[${shape.join(", ")}]`);
  }
  if (known !== undefined && known !== bytes) throw fault("outside", `${known} and ${bytes} bytes`);
  storages.set(storage.key, bytes);
  const end = (offset + reach(shape, strides)) * DTYPE_BYTES[dtype];
  if (end > bytes) throw fault("outside", `byte ${end} of ${bytes}`);
  return { name, dtype, shape, strides, offset, storage: storage.key };
}

/** Elements from the first to behind the last, however they lie. */
export function reach(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 1);
}

/** What stands where a tensor should be. */
function kindOf(value: Value): string {
  if (value === null) return "nothing";
  if (value instanceof Dict) return `a mapping of ${value.entries.size} entries`;
  if (value instanceof Global) return `the name ${value.name.slice(0, 60)}`;
  if (value instanceof Tuple) return "a tuple";
  if (typeof value === "object") return "made" in value ? `a ${value.made}` : "a list";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}
