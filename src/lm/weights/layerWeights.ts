import type { Device } from "../../compute/device";
import type { Weight } from "../../compute/kernels/common/weight";
import { DTYPE_BYTES, type OutputDType } from "../../formats/dtypes";
import type { LinearSpec, NormSpec } from "../../model/forward/spec";
import { placed } from "../../model/sources/placed";
import type { PlacedTensor, TensorSource } from "../../model/sources/tensorSource";
import { lmFailure } from "../failures";
import { inTurn } from "./inTurn";
import { Lent } from "./lent";
import { type LayerPlan, normKey, type Placement } from "./weightPlan";

/** Where weights come from, and where they go. */
export interface WeightPlace {
  readonly source: TensorSource;
  readonly device: Device;
  readonly signal: AbortSignal | undefined;
}

/** Weights on a device under the keys of a plan, lent until disposed. */
export class PlacedWeights implements Disposable {
  private constructor(
    private readonly views: ReadonlyMap<string, Weight>,
    private readonly lent: Lent,
  ) {}

  /** @throws {AwaseError} what `TensorSource.place` throws, `lm/mixed-types`; nothing stays on the device then */
  static async place(placements: readonly Placement[], place: WeightPlace): Promise<PlacedWeights> {
    using lent = new Lent();
    const views = new Map<string, Weight>();
    for (const placement of placements) {
      const { buffer, dtype } = lent.add(await placeOne(placement, place));
      for (const { key, row0 } of placement.views) views.set(key, { buffer, dtype, row0 });
    }
    return new PlacedWeights(views, lent.keep());
  }

  get(key: string): Weight {
    const weight = this.views.get(key);
    if (!weight) throw new TypeError(`No weight "${key}" was placed.`);
    return weight;
  }

  /** A weight that only some models have. */
  find(key: string): Weight | undefined {
    return this.views.get(key);
  }

  /** The matrix of a linear layer and its bias, for `matmul`. */
  linear({ name, layout, outputs }: LinearSpec): { w: Weight; bias?: Weight } {
    const w = this.get(`${name}.weight`);
    return {
      w: layout === "columns" ? { ...w, layout, columns: outputs } : w,
      ...this.#bias(name),
    };
  }

  /** Weight and bias of a norm. */
  norm(norm: NormSpec): { weight: Weight; bias?: Weight } {
    const key = normKey(norm);
    return { weight: this.get(`${key}.weight`), ...this.#bias(key) };
  }

  [Symbol.dispose](): void {
    this.lent[Symbol.dispose]();
  }

  #bias(name: string): { bias?: Weight } {
    const bias = this.views.get(`${name}.bias`);
    return bias ? { bias } : {};
  }
}

async function placeOne({ pieces, bytes }: Placement, { source, device, signal }: WeightPlace): Promise<PlacedTensor> {
  const [first, ...others] = pieces;
  if (!first) throw new TypeError("A placement has a piece at least.");
  if (others.length === 0) return source.place(first.tensor, first.start, first.end, device, signal);
  using lent = new Lent();
  const buffer = lent.add(await device.lease(bytes, first.tensor));
  let dtype: OutputDType | undefined;
  let at = 0;
  for (const { tensor, start, end } of pieces) {
    using piece = await source.place(tensor, start, end, device, signal);
    dtype ??= piece.dtype;
    if (piece.dtype !== dtype) mixed(tensor, piece.dtype, dtype);
    const length = piece.count * DTYPE_BYTES[dtype];
    device.copy(piece.buffer, 0, buffer, at, length);
    at += length;
  }
  lent.keep();
  const stored = dtype ?? "F32";
  return placed(buffer, stored, at / DTYPE_BYTES[stored]);
}

function mixed(tensor: string, found: string, expected: string): never {
  throw lmFailure("lm/mixed-types", { tensor, found, expected });
}

/** What may be on the device at a time, in bytes of weights. */
export interface WeightBudget {
  /** Of two layers, one in use and one coming; a layer that is larger has its experts placed one at a time. */
  readonly bytes: number;
  /** Whether the next layer is placed while one is used. */
  readonly ahead: boolean;
}

/** A layer whose weights are on the device, but for experts that are placed when they are asked for. */
export class LayerWeights implements Disposable {
  private constructor(
    readonly shared: PlacedWeights,
    private readonly plan: LayerPlan,
    private readonly place: WeightPlace,
    /** Whether the experts are among `shared`. */
    private readonly whole: boolean,
  ) {}

  static async place(plan: LayerPlan, place: WeightPlace, budget: WeightBudget): Promise<LayerWeights> {
    const whole = plan.bytes <= budget.bytes;
    const placements = whole ? [...plan.shared, ...plan.experts.flat()] : plan.shared;
    return new LayerWeights(await PlacedWeights.place(placements, place), plan, place, whole);
  }

  /** Runs `work` with the weights of an expert. */
  async withExpert(expert: number, work: (weights: PlacedWeights) => Promise<void>): Promise<void> {
    const placements = this.plan.experts[expert];
    if (this.whole || !placements) return work(this.shared);
    using weights = await PlacedWeights.place(placements, this.place);
    await work(weights);
  }

  [Symbol.dispose](): void {
    this.shared[Symbol.dispose]();
  }
}

/** Layers [from, to) in turn, with two on the device at most. */
export async function* layersInTurn(
  plans: readonly LayerPlan[],
  from: number,
  to: number,
  place: WeightPlace,
  budget: WeightBudget,
): AsyncGenerator<{ readonly layer: number; readonly weights: LayerWeights }, void, void> {
  const wanted = plans.slice(from, to).map((plan, i) => ({ plan, layer: from + i }));
  const bothFit = (at: number) =>
    wanted.slice(at, at + 2).reduce((sum, { plan }) => sum + plan.bytes, 0) <= budget.bytes;
  const walk = inTurn(
    wanted,
    ({ plan }) => LayerWeights.place(plan, place, budget),
    (at) => budget.ahead && bothFit(at),
  );
  for await (const [{ layer }, weights] of walk) yield { layer, weights };
}
