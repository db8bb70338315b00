import type { DType } from "../../formats/dtypes";
import type { StoredTensor } from "../../formats/tensor";
import type { Checkpoint, CheckpointTensor } from "../checkpoint";
import { isBuffer } from "../layout/layout";
import { type Claim, claimOf } from "./claim";
import { withWidenedBlocks } from "./mxfp4";
import { CLAIMING_FILES } from "./plain";
import { fp8WithoutScales, quantised } from "./refusals";
import { isActivationScale, pairScales, withScales } from "./scaledFp8";
import { SCHEMES, type Scheme } from "./schemes";

/** Floats so small that they are only ever codes. */
const CODE_DTYPES: Partial<Record<DType, string>> = {
  F4: "4-bit floats (F4, as in MXFP4 and NVFP4)",
  F6_E2M3: "6-bit floats (F6_E2M3)",
  F6_E3M2: "6-bit floats (F6_E3M2)",
  F8_E8M0: "MXFP4 or another microscaling format (F8_E8M0 scales)",
  F8_E4M3FNUZ: "fp8 of another kind (F8_E4M3FNUZ)",
  F8_E5M2FNUZ: "fp8 of another kind (F8_E5M2FNUZ)",
};

/** A tensor that shows that weights were quantised in a way that cannot be read here. */
interface Evidence {
  readonly tensor: StoredTensor;
  readonly format: string;
  readonly scheme?: Scheme;
}

/**
 * What is left of a model's tensors when quantisation is taken off: fp8 codes with scales and gpt-oss's MXFP4 blocks become F32 tensors, everything that was
 * never quantised stays. The tensors decide, not config.json, which may be older than they are; it lends the name.
 * @throws {AwaseError} `model/quantised`, `model/fp8-without-scales`, `model/fp8-scales`
 */
export function resolveQuantisation(
  { key, config, files }: Pick<Checkpoint, "key" | "config" | "files">,
  stored: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, CheckpointTensor> {
  const blocks = withWidenedBlocks(config, stored);
  const tensors = new Map([...blocks].filter(([, { scaled }]) => !scaled));
  const resolved = resolveRest({ key, config, files }, tensors);
  return blocks === stored
    ? resolved
    : new Map([...blocks].flatMap(([name, tensor]) => inOrder(name, tensor, resolved)));
}

/** What was widened, and of the rest what is left. */
function inOrder(
  name: string,
  tensor: CheckpointTensor,
  resolved: ReadonlyMap<string, CheckpointTensor>,
): [string, CheckpointTensor][] {
  const found = tensor.scaled ? tensor : resolved.get(name);
  return found ? [[name, found]] : [];
}

function resolveRest(
  { key, config, files }: Pick<Checkpoint, "key" | "config" | "files">,
  tensors: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, CheckpointTensor> {
  const claim = claimOf(config);
  const claimed = claim !== undefined || files.some(({ path }) => CLAIMING_FILES.includes(path));
  const pairs = pairScales(tensors);
  const scales = new Set(pairs.flatMap((pair) => pair.scales?.name ?? []));
  const found = findEvidence(tensors, scales, claimed);
  if (found) throw refusal(key, found, claim);
  const [first] = pairs;
  if (scales.size > 0) {
    if (claim?.transforms && first) throw quantised(key, `${claim.format}, with rotations`, first.codes, undefined);
    return withScales(key, tensors, pairs, claim?.block);
  }
  if (first && claimed) throw fp8WithoutScales(key, first.codes);
  return claimed ? new Map([...tensors].filter(([name]) => !isActivationScale(name))) : tensors;
}

/** Names first: they say the most. */
function findEvidence(
  tensors: ReadonlyMap<string, StoredTensor>,
  scales: ReadonlySet<string>,
  claimed: boolean,
): Evidence | undefined {
  const others = [...tensors.values()].filter(({ name }) => !scales.has(name));
  for (const scheme of SCHEMES) {
    const tensor = scheme.marks && others.find(({ name }) => scheme.marks?.test(name));
    if (tensor) return { tensor, format: scheme.name, scheme };
  }
  for (const tensor of others) {
    const format = CODE_DTYPES[tensor.dtype] ?? integerCodes(tensor, tensors, claimed);
    if (format !== undefined) return { tensor, format };
  }
  const scale = others.find(({ name }) => /\.(weight_scale(_inv)?|scale_weight|qscale_weight)$/.test(name));
  return scale && { tensor: scale, format: "scales beside weights that are not fp8" };
}

/** Integers where a weight should be. Ids, masks and tables of positions are integers in full-precision models too. */
function integerCodes(
  { name, dtype, shape }: StoredTensor,
  tensors: ReadonlyMap<string, StoredTensor>,
  claimed: boolean,
): string | undefined {
  if (!/^[UI](8|16|32|64)$/.test(dtype) || isBuffer(name) || /(mask|ids|index|indices|positions?)$/.test(name)) {
    return undefined;
  }
  const weight = /(^|[._])weight$/.test(name);
  const bytes = dtype === "U8" || dtype === "I8";
  if (!weight && !(shape.length >= 2 && (bytes || claimed))) return undefined;
  const module = name.replace(/weight$/, "");
  if (dtype === "U32" && tensors.has(`${module}scales`)) return "MLX";
  return bytes ? `8-bit or packed integers (${dtype})` : `packed integers (${dtype})`;
}

/** The config's name for it, where it has one; what the tensors show, where it has none. */
function refusal(model: string, { tensor, format, scheme }: Evidence, claim: Claim | undefined) {
  const named = claim?.scheme ? claim.format : undefined;
  const unknown = claim && !named ? `${claim.format}, ${format}` : format;
  return quantised(model, named ?? unknown, tensor, (claim?.scheme ?? scheme)?.way);
}
