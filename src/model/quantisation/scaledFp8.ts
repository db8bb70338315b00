import type { StoredTensor } from "../../formats/tensor";
import type { CheckpointTensor } from "../checkpoint";
import { fp8WithoutScales, scaleShapeFault } from "./refusals";
import { type CodeDType, isCodeDType, isScaleDType, type ScaleDType } from "./scaledCodes";
import { type GridShape, gridShape, settleGrids } from "./scaleGrid";

type Tensors = ReadonlyMap<string, StoredTensor>;

type Codes = StoredTensor & { readonly dtype: CodeDType };

/*
 * Every format multiplies: value = code · scale, also those that call the scale an inverse (it is the inverse of what the value was
 * multiplied with before rounding). `weight_scale`: compressed-tensors, fbgemm, ModelOpt, AutoFP8, Quark. `weight_scale_inv`: DeepSeek-V3,
 * transformers' fine-grained fp8; `…_scales_inv` for its stacked experts. `scale`: DeepSeek's own inference code. `scale_weight`: Intel's
 * and ComfyUI's. `qscale_weight`: Mistral's own files.
 */
const AFTER_NAME = ["_scale", "_scale_inv", "_scales", "_scales_inv"] as const;
const IN_MODULE = ["scale_weight", "qscale_weight", "scale"] as const;

/** Scales of what flows between layers, and of the key-value cache: no part of the weights. */
const ACTIVATION_SCALE =
  /(^|\.|_proj_)((input|output|act|activation)_scale(_ub|_inv)?|(q|k|v|kv|kv_cache|prob)_scale|scale_input|qscale_act|(input|q|k|v)_zero_point|scaled_fp8)$/;

/** Whether a tensor only says how activations are to be rounded. */
export function isActivationScale(name: string): boolean {
  return ACTIVATION_SCALE.test(name);
}

/** The names under which the scales of a weight may stand. */
function scaleNames(weight: string): readonly string[] {
  const module = /^(.*)\.weight$/.exec(weight)?.[1];
  return [
    ...AFTER_NAME.map((end) => weight + end),
    ...(module === undefined ? [] : IN_MODULE.map((end) => `${module}.${end}`)),
  ];
}

/** fp8 tensors that are codes of weights; scales of other formats are sometimes fp8 themselves. */
function codesOf(tensors: Tensors): readonly Codes[] {
  return [...tensors.values()].filter(
    (tensor): tensor is Codes => isCodeDType(tensor.dtype) && !/scales?(_inv|_2)?$/.test(tensor.name),
  );
}

/** Codes and the tensor of their scales, if it is there. */
export function pairScales(tensors: Tensors): readonly { readonly codes: Codes; readonly scales?: StoredTensor }[] {
  return codesOf(tensors).map((codes) => {
    const scales = scaleNames(codes.name).flatMap((name) => tensors.get(name) ?? [])[0];
    return { codes, ...(scales ? { scales } : {}) };
  });
}

/**
 * fp8 codes as F32 tensors that know their scales; the scales, those of activations too, are gone.
 * @param model what it is called in a sentence
 * @param block codes per scale, as config.json says
 * @throws {AwaseError} `model/fp8-without-scales`, `model/fp8-scales`
 */
export function withScales(
  model: string,
  tensors: Tensors,
  pairs: ReturnType<typeof pairScales>,
  block: readonly [number, number] | undefined,
): ReadonlyMap<string, CheckpointTensor> {
  const found = pairs.map(({ codes, scales }) => {
    if (!scales) throw fp8WithoutScales(model, codes);
    const shape = gridShape(codes.shape, scales.shape, block);
    if (!shape || !hasScaleDType(scales)) throw scaleShapeFault(model, codes, scales);
    return { codes, scales, shape };
  });
  const grids = settleGrids(found.map(({ shape }) => shape));
  const open = found.find(({ shape }) => !isSettled(shape)) ?? found[0];
  if (!grids && open) throw scaleShapeFault(model, open.codes, open.scales);
  const scaled = new Map(
    found.flatMap(({ codes, scales }, at): [string, CheckpointTensor][] => {
      const grid = grids?.[at];
      return grid ? [[codes.name, { ...codes, dtype: "F32", scaled: { dtype: codes.dtype, scales, grid } }]] : [];
    }),
  );
  const gone = new Set(found.map(({ scales }) => scales.name));
  const kept = [...tensors].filter(([name]) => !gone.has(name) && !isActivationScale(name));
  return new Map(kept.map(([name, tensor]) => [name, scaled.get(name) ?? tensor]));
}

function isSettled({ blockRows, blockColumns }: GridShape): boolean {
  return typeof blockRows === "number" && typeof blockColumns === "number";
}

function hasScaleDType(tensor: StoredTensor): tensor is StoredTensor & { readonly dtype: ScaleDType } {
  return isScaleDType(tensor.dtype);
}
