import type { Device } from "../../device";
import { canRead, type MatmulVariant, type WeightShape } from "./matmulKernels";
import { fastestForLarge } from "./tuneMatmul";

/** Workgroups from which on a large GPU has enough to do; a smaller tile makes more of them. */
const ENOUGH = 128;

/** Products (m · n · k) from which on it pays to have measured which kernel is fastest. */
const LARGE = 2 ** 32;

/** The kernel for a device and a shape: the first of those that suit it which can read the weight. */
export async function chooseVariant(device: Device, m: number, n: number, weight: WeightShape): Promise<MatmulVariant> {
  const wanted = device.traits.cheapBarriers ? await withTiles(device, m, n, weight.k) : inRegisters(m);
  return wanted.find((variant) => canRead(variant, weight)) ?? "scalar";
}

function inRegisters(m: number): readonly MatmulVariant[] {
  return m <= 2 ? ["registers 1x4"] : ["registers 4x4"];
}

async function withTiles(device: Device, m: number, n: number, k: number): Promise<readonly MatmulVariant[]> {
  const tiles = (rows: number, columns: number) => Math.ceil(m / rows) * Math.ceil(n / columns);
  if (m <= 8) return ["dots 4x8", "tile 16x64"];
  if (m <= 32 || tiles(64, 64) < ENOUGH) return ["tile 16x64"];
  if (tiles(128, 128) < ENOUGH) return ["tile 64x64"];
  return m * n * k < LARGE ? ["tile 128x128"] : [await fastestForLarge(device)];
}
