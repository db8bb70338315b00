import type { Device, DeviceBuffer } from "../../compute/device";
import type { RopeSpec } from "../../model/forward/rope";
import type { LayerSpec } from "../../model/forward/spec";
import { Lent } from "../weights/lent";
import { ropeTable } from "./ropeTable";

/** Rotary tables of some layers on a device, each once, lent until disposed. */
export class Turns implements Disposable {
  private constructor(
    private readonly tables: ReadonlyMap<string, DeviceBuffer>,
    private readonly lent: Lent,
  ) {}

  /** @param positions of the longest text, with what will be added to it */
  static async upload(device: Device, layers: readonly LayerSpec[], positions: number): Promise<Turns> {
    using lent = new Lent();
    const tables = new Map<string, DeviceBuffer>();
    for (const { attention } of layers) {
      if (!attention.rope || tables.has(keyOf(attention.rope))) continue;
      const table = ropeTable(attention.rope, positions);
      const buffer = lent.add(await device.lease(table.byteLength, "rotary table"));
      device.write(buffer, 0, new Uint8Array(table.buffer));
      tables.set(keyOf(attention.rope), buffer);
    }
    return new Turns(tables, lent.keep());
  }

  of(rope: RopeSpec | undefined): DeviceBuffer | undefined {
    return rope && this.tables.get(keyOf(rope));
  }

  [Symbol.dispose](): void {
    this.lent[Symbol.dispose]();
  }
}

function keyOf(rope: RopeSpec): string {
  return JSON.stringify(rope);
}
