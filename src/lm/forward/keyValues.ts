import type { Device } from "../../compute/device";
import { attentionWidths, type LayerSpec } from "../../model/forward/spec";
import { Lent } from "../weights/lent";
import type { KeyValues } from "./layerStep";

/** Room for the keys and values of some layers, lent until disposed. */
export class KeyValueCache implements Disposable {
  private constructor(
    private readonly layers: readonly KeyValues[],
    private readonly lent: Lent,
  ) {}

  /** @param rows keys of all texts together */
  static async open(device: Device, layers: readonly LayerSpec[], rows: number): Promise<KeyValueCache> {
    using lent = new Lent();
    const made: KeyValues[] = [];
    for (const { attention } of layers) {
      const bytes = rows * attentionWidths(attention).keys * 4;
      made.push({
        keys: lent.add(await device.lease(bytes, "keys of a layer")),
        values: lent.add(await device.lease(bytes, "values of a layer")),
      });
    }
    return new KeyValueCache(made, lent.keep());
  }

  /** @param at index among the layers that it was opened for */
  of(at: number): KeyValues {
    const layer = this.layers[at];
    if (!layer) throw new RangeError(`There is no layer ${at} in this cache.`);
    return layer;
  }

  [Symbol.dispose](): void {
    this.lent[Symbol.dispose]();
  }
}
