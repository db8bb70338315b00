import { execFileSync } from "node:child_process";
import { lend, ProjectedRows } from "../src/align/blend/lentRows";
import { selectRows } from "../src/align/blend/select";
import { type Alignment, align } from "../src/align/fit/alignment";
import { momentsOf, type PairedTables } from "../src/align/fit/moments";
import { rotationOf } from "../src/align/fit/rotation";
import { tableOf } from "../src/align/table";
import { openNodeDevice } from "../src/cli/machine/nodeDevice";
import type { Device } from "../src/compute/device";
import type { DevicePreference } from "../src/compute/preference";
import { narrow } from "../src/formats/convert";
import { placeStretch } from "../src/model/sources/placed";
import type { TensorSource } from "../src/model/sources/tensorSource";
import type { DonorBench } from "./donorLines";

interface Size {
  readonly anchors: number;
  readonly base: number;
  readonly donor: number;
}

/** The article's pair: Qwen2.5 (2048) ← Gemma 2 (2304). */
const ARTICLE: Size = { anchors: 97_611, base: 2048, donor: 2304 };
const BLENDED = 8000;

/** @param python an interpreter that may have NumPy */
export async function benchDonor(choice: DevicePreference, python: string, size: Size = ARTICLE): Promise<DonorBench> {
  const device = await openNodeDevice(choice, false);
  let peak = 0;
  const sample = () => {
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const sampling = setInterval(sample, 200);
  const tables = randomTables(size);
  const timed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
    const begin = performance.now();
    const made = await work();
    sample();
    return [made, (performance.now() - begin) / 1000];
  };
  try {
    const [moments, covariance] = await timed(() => momentsOf(device, tables));
    const { cross } = moments.all;
    const [{ transposed, trace }, rotation] = await timed(() => rotationOf(device, cross, { spectrum: false }));
    const [, rotationAndSpectrum] = await timed(() => rotationOf(device, cross, { spectrum: true }));
    const names = { base: "base", donor: "donor" };
    const [alignment, whole] = await timed(() => align(device, tables, { names }));
    const [, blending] = await timed(() => blend(device, alignment));
    const numpy = numpyTimes(python, size);
    return {
      device: device.info.name,
      anchors: size.anchors,
      widths: [size.base, size.donor],
      covariance,
      rotation,
      rotationAndSpectrum,
      whole,
      blending,
      deviation: deviationOf(transposed.data, transposed.rows, transposed.columns),
      ...(trace > 0 && alignment.rotation.singular
        ? { objective: Math.abs(trace / alignment.rotation.singular.reduce((sum, value) => sum + value, 0) - 1) }
        : {}),
      peakProcessBytes: peak,
      peakDeviceBytes: device.memory.peak,
      ...(numpy ? { numpy } : {}),
    };
  } finally {
    clearInterval(sampling);
    device.close();
  }
}

async function blend(device: Device, alignment: Alignment): Promise<void> {
  const rule = { count: BLENDED, minTau: -1, cap: 0.75, floor: 0.15, gamma: 12 };
  const projected = new ProjectedRows(device, alignment);
  const { cosines } = projected.placed(true);
  const lent = lend(projected, selectRows(cosines, rule), { softClip: true });
  for (let from = 0; from < lent.rows.length; from += 2048)
    await lent.values(from, Math.min(lent.rows.length, from + 2048));
}

/** Rows that are made when they are read: the same for the same row. */
function randomTables({ anchors, base, donor }: Size): PairedTables {
  const ids = Uint32Array.from({ length: anchors }, (_, at) => at);
  const table = (seed: number, width: number) => {
    const facts = { name: "table", dtype: "BF16" as const, shape: [anchors, width] };
    const read: TensorSource["read"] = async (_, start, end) => narrow(numbers(seed, start, end), "BF16");
    const source: TensorSource = {
      tensors: new Map([[facts.name, facts]]),
      read,
      place: (name, start, end, device, signal) =>
        placeStretch({ name, dtype: "BF16", start, end, read: (from, to) => read(name, from, to) }, device, signal),
      ranges: async () => [],
      bytesOf: (_, elements) => 2 * elements,
    };
    return tableOf(source, facts);
  };
  return { base: table(1, base), donor: table(2, donor), pairs: { base: ids, donor: ids } };
}

/** Elements [start, end) of an endless list of numbers, near enough to normal. */
function numbers(seed: number, start: number, end: number): Float32Array {
  const out = new Float32Array(end - start);
  for (let at = start; at < end; at++) {
    let word = Math.imul(at ^ (seed * 0x9e37_79b9), 0x85eb_ca6b) >>> 0;
    word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35) >>> 0;
    word ^= word >>> 16;
    out[at - start] = ((word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24) - 510) / 256;
  }
  return out;
}

/** The smaller side is the rows of `r` or its columns: the Gram matrix of some hundred of them tells. */
function deviationOf(r: Float32Array, rows: number, columns: number): number {
  const wide = rows <= columns;
  const [count, length] = wide ? [rows, columns] : [columns, rows];
  const at = (i: number, k: number) => (wide ? (r[i * columns + k] ?? 0) : (r[k * columns + i] ?? 0));
  let most = 0;
  for (let i = 0; i < count; i += 7) {
    for (let j = 0; j <= i; j += 13) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += at(i, k) * at(j, k);
      most = Math.max(most, Math.abs(sum - (i === j ? 1 : 0)));
    }
  }
  return most;
}

function numpyTimes(python: string, { anchors, base, donor }: Size): DonorBench["numpy"] {
  const script = `
import json, time
import numpy as np
g = np.random.default_rng(0)
m = g.standard_normal((${donor}, ${base}))
def timed(work):
    begin = time.time(); work(); return time.time() - begin
part = min(${anchors}, 8192)
x, y = (g.standard_normal((part, w), dtype=np.float32) for w in (${donor}, ${base}))
print(json.dumps({"version": np.__version__,
  "svd64": timed(lambda: np.linalg.svd(m, full_matrices=False)),
  "svd32": timed(lambda: np.linalg.svd(m.astype(np.float32), full_matrices=False)),
  "covariance32": timed(lambda: x.T @ y) * ${anchors} / part}))`;
  try {
    return JSON.parse(execFileSync(python, ["-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    return undefined; // no Python, or none with NumPy
  }
}
