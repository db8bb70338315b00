import {
  attentionPattern,
  fixedAttentionPattern,
  gptNeoPattern,
  inverseScalePattern,
  ropePattern,
} from "./layerPatterns/attention";
import type { LayerPattern } from "./layerPatterns/define";
import {
  firstDensePattern,
  frequencyPattern,
  interleavedPattern,
  rangePattern,
  sparseStepPattern,
} from "./layerPatterns/experts";
import {
  crossLayerPattern,
  cyclicPattern,
  jambaAttention,
  jambaExperts,
  sharedKeysPattern,
  zambaPattern,
} from "./layerPatterns/mixers";

/** The rules by which configs say what each layer is. Lists that speak for themselves are in `layerPatterns/lists.ts`. */
export const layerPatterns: readonly LayerPattern[] = [
  attentionPattern,
  ropePattern,
  fixedAttentionPattern,
  gptNeoPattern,
  inverseScalePattern,
  sparseStepPattern,
  firstDensePattern,
  interleavedPattern,
  rangePattern,
  frequencyPattern,
  jambaAttention,
  jambaExperts,
  zambaPattern,
  cyclicPattern,
  sharedKeysPattern,
  crossLayerPattern,
];
