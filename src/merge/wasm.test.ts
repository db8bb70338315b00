import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Device } from "../compute/device";
import { openCpuDevice } from "../compute/devices/cpu";
import { firstDifference, normals } from "../compute/devices/devices.testing";
import type { WasmDevice } from "../compute/devices/wasm/device";
import { openTestWasm } from "../compute/devices/wasm/wasm.testing";
import { widen } from "../formats/convert";
import type { FloatDType, OutputDType } from "../formats/dtypes";
import { testModel } from "../model/checkpoint.testing";
import type { ResolvedParameters } from "../recipe/facts";
import { mergeToMemory, modelsOf, type TestRecipe, testPlan } from "./merge.testing";
import { describeMethods } from "./methods.testing";

let wasm: WasmDevice;
beforeAll(async () => {
  wasm = await openTestWasm(2);
});
afterAll(() => wasm.close());

describe("merge methods on WebAssembly", () => describeMethods(() => wasm));

/** What is easily got wrong, one value each: zeros, subnormals of f32 and f16, the largest, infinities, NaN. */
const ODD = [
  0,
  -0,
  1e-45,
  -1e-45,
  1e-39,
  1.2e-38,
  5.9e-8,
  -6.1e-5,
  6.0e-5,
  65504,
  65519,
  65520,
  3.39e38,
  -3.4e38,
  448,
  -57344,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

/** Ordinary numbers, many of them equal, with odd ones among them. */
function values(seed: number, count: number, odd: boolean): Float32Array {
  const made = normals(seed, count).map((value) => Math.round(value * 64) / 512);
  for (let i = seed % 5; odd && i < count; i += 1 + ((i * 7 + seed) % 23))
    made[i] = ODD[(i + seed * 3) % ODD.length] ?? 0;
  return made;
}

interface Case {
  readonly method: string;
  readonly inputs: number;
  readonly globals?: ResolvedParameters;
  readonly each?: ResolvedParameters;
  readonly base?: false;
  /** Absent: vectors. */
  readonly shapes?: readonly (readonly number[])[];
}

/** Short rows and long ones, that begin anywhere; more columns than a thread takes; rows that lie in one another. */
const MATRICES = [
  [37, 41],
  [2, 2309],
  [300, 5],
  [6, 7, 29],
];

const TASK = { normalize: true, rescale: true, lambda: 0.7, int8_mask: false };
const CASES: readonly Case[] = [
  { method: "linear", inputs: 3, base: false, globals: { normalize: true }, each: { weight: 0.3 } },
  { method: "linear", inputs: 1, base: false, globals: { normalize: false }, each: { weight: 1.7 } },
  { method: "slerp", inputs: 2, globals: { t: 0.3 } },
  {
    method: "nuslerp",
    inputs: 2,
    base: false,
    each: { weight: 0.4 },
    globals: { nuslerp_flatten: true, nuslerp_row_wise: false },
  },
  { method: "task_arithmetic", inputs: 4, globals: TASK, each: { weight: -0.6 } },
  { method: "ties", inputs: 3, globals: TASK, each: { weight: 0.5, density: 0.37 } },
  {
    method: "ties",
    inputs: 4,
    globals: { ...TASK, normalize: false, rescale: false },
    each: { weight: 0.5, density: 0.8 },
  },
  { method: "dare_linear", inputs: 3, globals: TASK, each: { weight: 0.5, density: 0.6 } },
  { method: "dare_ties", inputs: 3, globals: TASK, each: { weight: 0.5, density: 0.6 } },
  { method: "breadcrumbs", inputs: 3, globals: TASK, each: { weight: 0.5, density: 0.6, gamma: 0.05 } },
  { method: "breadcrumbs_ties", inputs: 3, globals: TASK, each: { weight: 0.5, density: 0.6, gamma: 0.05 } },
  { method: "model_stock", inputs: 3, globals: { filter_wise: false } },
  { method: "model_stock", inputs: 3, globals: { filter_wise: true }, shapes: MATRICES },
  ...[true, false].flatMap((columns) =>
    [3, 2].map((inputs) => ({
      method: "nuslerp",
      inputs,
      ...(inputs === 2 && { base: false as const }),
      each: { weight: 0.4 },
      globals: { nuslerp_flatten: false, nuslerp_row_wise: columns },
      shapes: MATRICES,
    })),
  ),
  { method: "multislerp", inputs: 3, each: { weight: 0.4 }, globals: { normalize_weights: true, eps: 1e-8 } },
  { method: "karcher", inputs: 3, base: false, globals: { max_iter: 10, tol: 1e-5 } },
  { method: "nearswap", inputs: 2, globals: { t: 0.02 } },
  { method: "sce", inputs: 4, globals: { select_topk: 1, int8_mask: false } },
  { method: "sce", inputs: 4, globals: { select_topk: 0.3, int8_mask: false } },
  { method: "ram", inputs: 3, globals: { epsilon: 0.1 } },
  { method: "ram", inputs: 5, globals: { epsilon: 0.1 } },
  { method: "arcee_fusion", inputs: 2, shapes: MATRICES },
  ...["della", "della_linear"].map((method) => ({
    method,
    inputs: 3,
    globals: TASK,
    each: { weight: 0.5, density: 0.6, epsilon: 0.2 },
    shapes: MATRICES,
  })),
];

function recipe(
  found: Case,
  shape: readonly number[],
  dtypes: readonly FloatDType[],
  output: OutputDType,
  odd: boolean,
): TestRecipe {
  const count = shape.reduce((product, size) => product * size, 1);
  const models = Array.from({ length: found.inputs }, (_, k) => ({
    model: testModel(`m${k}`, {
      x: { shape, values: values(k + 1, count, odd), dtype: dtypes[k % dtypes.length] ?? "F32" },
    }),
    isBase: found.base !== false && k === 0,
    parameters: found.each ?? {},
  }));
  return { method: found.method, models, globals: found.globals ?? {}, output, seed: 7 };
}

async function merged(device: Device, recipe: TestRecipe, blockBytes?: number) {
  const [bytes = new Uint8Array()] = await mergeToMemory(testPlan(recipe), {
    models: modelsOf(recipe),
    device,
    allowNonFinite: true,
    ...(blockBytes === undefined ? {} : { blockBytes }),
  });
  return bytes;
}

/**
 * NaN as one number: a coefficient that is NaN (that of an arc between tensors with NaN in them) has a payload which the language leaves
 * open. A NaN of a tensor keeps its own, and is compared with it.
 */
function oneNan(bytes: Uint8Array, dtype: OutputDType): Uint32Array {
  const numbers = widen(bytes, dtype);
  return Uint32Array.from(new Uint32Array(numbers.buffer), (bits, i) =>
    Number.isNaN(numbers[i]) ? 0x7fc0_0000 : bits,
  );
}

const COEFFICIENTS = new Set(["slerp", "nuslerp", "model_stock", "multislerp", "karcher", "sce", "nearswap"]);

describe("a merge on WebAssembly has the reference's bytes", () => {
  const cpu = openCpuDevice({ reason: "A test compares it." });
  const mixes: readonly (readonly FloatDType[])[] = [
    ["BF16"],
    ["F16", "F32"],
    ["F32", "BF16", "F8_E4M3"],
    ["F8_E5M2", "F16"],
  ];

  describe.each(CASES)("$method of $inputs, $globals", (found) => {
    it.each(mixes)("%s", async (...dtypes) => {
      const outputs = found.shapes ? (["F32"] as const) : (["BF16", "F16", "F32"] as const);
      for (const shape of found.shapes ?? [[1024 + 517]]) {
        for (const output of outputs) {
          for (const odd of [false, true]) {
            const wanted = recipe(found, shape, dtypes, output, odd);
            const [expected, got] = [await merged(cpu, wanted), await merged(wasm, wanted)];
            const shown = (made: Uint8Array) => (odd && COEFFICIENTS.has(found.method) ? oneNan(made, output) : made);
            expect(firstDifference(shown(got), shown(expected)), `${shape} ${output} ${odd}`).toBeUndefined();
          }
        }
      }
    });
  });

  it("with tails of every length", async () => {
    for (let count = 1; count <= 70; count++) {
      for (const method of ["linear", "dare_ties", "sce", "ram", "nearswap"]) {
        const found = CASES.find((known) => known.method === method);
        if (!found) throw new Error(`No case of ${method}.`);
        const wanted = recipe(found, [count], ["BF16", "F8_E4M3", "F32"], "F16", true);
        const [expected, got] = [await merged(cpu, wanted), await merged(wasm, wanted)].map((made) =>
          oneNan(made, "F16"),
        );
        expect(firstDifference(got ?? [], expected ?? []), `${method} of ${count}`).toBeUndefined();
      }
    }
  });

  it("with 1, 2 and 7 threads, whatever the block size", async () => {
    const devices = new Map([[2, wasm]]);
    for (const threads of [1, 7]) devices.set(threads, await openTestWasm(threads));
    for (const found of CASES) {
      const shape = found.shapes ? [221, 317] : [70_001];
      const wanted = recipe(found, shape, ["BF16"], "BF16", false);
      const expected = await merged(cpu, wanted);
      for (const [threads, device] of devices) {
        const got = await merged(device, wanted, threads === 2 ? 8192 : undefined);
        expect(firstDifference(got, expected), `${found.method}, ${threads} threads`).toBeUndefined();
      }
    }
    for (const threads of [1, 7]) devices.get(threads)?.close();
  });

  it("with no kernel that runs its reference, but for the exponentials of Arcee Fusion, which an engine defines", async () => {
    const device: Device = await openTestWasm(2, { timed: true });
    for (const found of CASES) await merged(device, recipe(found, [6, 7, 29], ["BF16"], "BF16", false));
    const times = await device.kernelTimes?.();
    device.close();
    if (!Array.isArray(times)) throw new Error("The device was not timed.");
    const references = times.map(({ kernel }) => kernel).filter((name) => name.endsWith("(TypeScript)"));
    expect(references.map((name) => /arcee-fusion (\w+)/.exec(name)?.[1]).sort()).toEqual(["divergence", "soft"]);
  });
});
