import type { LayerSpec } from "../../model/forward/spec";
import type { PassOptions } from "../types";
import { type LayerWeights, layersInTurn } from "../weights/layerWeights";
import type { ModelParts } from "../weights/modelParts";
import type { PackedActivations } from "./activations";
import type { Group } from "./batch";
import { KeyValueCache } from "./keyValues";
import { runLayer } from "./layer";
import type { KeyValues } from "./layerStep";
import type { Turns } from "./turns";

export interface LayerPass extends PassOptions {
  readonly from: number;
  readonly to: number;
  readonly turns: Turns;
  /** Where keys and values are kept; without one they are there for one layer and one group of sequences at a time. */
  readonly cache?: KeyValueCache;
}

/**
 * Takes a batch through layers [from, to), in place: all of it through one layer, then the next, so that every weight is placed once.
 */
export async function passLayers(parts: ModelParts, activations: PackedActivations, pass: LayerPass): Promise<void> {
  const { spec, plan, source, device, limits } = parts;
  const { from, to, signal, onLayer, cache } = pass;
  const place = { source, device, signal };
  for await (const { layer: at, weights } of layersInTurn(plan.layers, from, to, place, limits.weights)) {
    const layer = spec.layers[at];
    if (!layer) throw new RangeError(`There is no layer ${at}.`);
    let first = 0;
    for (const group of activations.groups) {
      using own = cache ? undefined : await KeyValueCache.open(device, [layer], group.keys);
      const keyValues = own ? own.of(0) : cache?.of(at);
      if (keyValues) await passGroup(parts, activations, { layer, weights, group, first, keyValues }, pass);
      first += group.chunks.length;
    }
    if (!cache) await device.settle(); // lets a cancel be heard, and `onLayer` tell what is done, not what was asked for
    signal?.throwIfAborted();
    onLayer?.(at - from + 1, to - from);
  }
}

interface GroupPass {
  readonly layer: LayerSpec;
  readonly weights: LayerWeights;
  readonly group: Group;
  /** Index of the group's first chunk. */
  readonly first: number;
  readonly keyValues: KeyValues;
}

/** Takes the chunks of a group through a layer in order: each sees the keys of those before it. */
async function passGroup(
  { spec, device }: ModelParts,
  activations: PackedActivations,
  { layer, weights, group, first, keyValues }: GroupPass,
  { turns, signal }: LayerPass,
): Promise<void> {
  for (const index of group.chunks.keys()) {
    signal?.throwIfAborted();
    await activations.update(first + index, (x, rows) =>
      runLayer({
        device,
        layer,
        hidden: spec.hidden,
        weights,
        cache: keyValues,
        turns: turns.of(layer.attention.rope),
        x,
        rows,
      }),
    );
  }
}
