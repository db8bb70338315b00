import { expect, it } from "vitest";
import type { Device } from "../../compute/device";
import { normals } from "../../compute/devices/devices.testing";
import { mergedValues } from "../merge.testing";
import { expectClose } from "./oracles.testing";
import { vector } from "./vectors.testing";

/** Methods that turn vectors: their ends and their middles. */
export function describeDirections(open: () => Device): void {
  it("slerp goes straight where the models are alike or opposite, and takes its direction from neither if one is zero", async () => {
    const origin = normals(1, 1500);
    const slerp = async (values: Float32Array, t: number) =>
      mergedValues(open(), {
        method: "slerp",
        models: [{ model: vector("origin", origin), isBase: true }, { model: vector("other", values) }],
        globals: { t },
      });
    expectClose(await slerp(origin, 0.5), origin, 1e-7);
    expectClose(
      await slerp(
        origin.map((x) => -x),
        0.25,
      ),
      Array.from(origin, (x) => 0.5 * x),
      1e-6,
    );
    expectClose(
      await slerp(new Float32Array(1500), 0.5),
      Array.from(origin, (x) => Math.SQRT1_2 * x),
      1e-6,
    );
    const other = normals(2, 1500);
    expectClose(await slerp(other, 0), origin, 1e-6);
    expectClose(await slerp(other, 1), other, 1e-6);
  });

  it("nuslerp goes straight between opposite rows, and takes its direction from neither if one is zero", async () => {
    const shape = [3, 700];
    const origin = normals(1, 2100);
    const other = origin.map((x, i) => (i < 700 ? x : i < 1400 ? -x : 0));
    const merged = await mergedValues(open(), {
      method: "nuslerp",
      models: [
        { model: vector("origin", origin, shape), parameters: { weight: 0.75 } },
        { model: vector("other", other, shape), parameters: { weight: 0.25 } },
      ],
      globals: { nuslerp_flatten: false },
    });
    const factor = [1, 0.5, Math.sin((0.75 * Math.PI) / 2)];
    expectClose(
      merged,
      Array.from(origin, (x, i) => (factor[Math.floor(i / 700)] ?? 0) * x),
      2e-6,
    );
  });

  it.each(["multislerp", "karcher"])("%s of one direction at several lengths has their mean length", async (method) => {
    const origin = normals(1, 1500);
    const models = [0.5, 1, 3].map((by, k) => ({
      model: vector(
        `of length ${by}`,
        origin.map((x) => by * x),
      ),
      ...(method === "multislerp" && { parameters: { weight: [0.2, 0.2, 0.6][k] ?? 0 } }),
    }));
    const length = method === "karcher" ? 1.5 : 0.2 * 0.5 + 0.2 * 1 + 0.6 * 3;
    expectClose(
      await mergedValues(open(), { method, models }),
      Array.from(origin, (x) => length * x),
      2e-6,
    );
  });

  it("multislerp adds directions that cancel, and gives the base back where nothing differs", async () => {
    const origin = normals(1, 1500);
    const [up, down] = [1, -1].map((sign) =>
      vector(
        `${sign}`,
        origin.map((x) => 2 * sign * x),
      ),
    );
    if (!up || !down) throw new Error("unreachable");
    const opposite = [
      { model: up, parameters: { weight: 0.5 } },
      { model: down, parameters: { weight: 0.25 } },
      { model: down, parameters: { weight: 0.25 } },
    ];
    expectClose(await mergedValues(open(), { method: "multislerp", models: opposite }), new Float32Array(1500), 1e-6);
    const same = [1, 2, 3].map((k) => ({ model: vector(`${k}`, origin), parameters: { weight: 0.3 } }));
    const frozen = { method: "multislerp", models: [...same, { model: vector("base", origin), isBase: true }] };
    expect(await mergedValues(open(), frozen)).toEqual(origin);
  });

  it("karcher stays at the middle of two models at a right angle, and takes no direction from one without length", async () => {
    const [first, second] = [Float32Array.of(3, 0, 0), Float32Array.of(0, 1, 0)];
    const models = [first, second].map((values, k) => ({ model: vector(`${k}`, values) }));
    const middle = 2 * Math.SQRT1_2;
    expectClose(await mergedValues(open(), { method: "karcher", models }), [middle, middle, 0], 1e-6);
    const [one] = models;
    if (!one) throw new Error("unreachable");
    const withNothing = [one, { model: vector("nothing", new Float32Array(3)) }];
    expectClose(await mergedValues(open(), { method: "karcher", models: withNothing }), [1.5, 0, 0], 1e-6);
    const against = [one, { model: vector("against", Float32Array.of(-1, 0, 0)) }];
    expectClose(await mergedValues(open(), { method: "karcher", models: against }), [2, 0, 0], 1e-6);
  });

  it("karcher with a tol of 0 goes all its steps, and ends where it always does", async () => {
    const models = [1, 2, 3].map((seed) => ({ model: vector(`${seed}`, normals(seed, 1500)) }));
    const usual = await mergedValues(open(), { method: "karcher", models });
    for (const max_iter of [10, 100]) {
      expectClose(
        await mergedValues(open(), { method: "karcher", models, globals: { tol: 0, max_iter } }),
        usual,
        1e-5,
      );
    }
  });

  it("model_stock stays at the base where the models are on opposite sides of it", async () => {
    for (const count of [1, 1500]) {
      const origin = normals(1, count);
      const models = [
        { model: vector("base", origin), isBase: true },
        ...[1, -1].map((sign) => ({
          model: vector(
            `${sign}`,
            origin.map((x, i) => x + sign * (0.5 + (i % 3))),
          ),
        })),
      ];
      expectClose(await mergedValues(open(), { method: "model_stock", models }), origin, 1e-6);
    }
  });

  it("nearswap takes the other model within t, nothing of it at t = 0, and a share beyond", async () => {
    const origin = new Float32Array(4);
    const values = Float32Array.of(0.05, 0.2, -0.4, 0);
    const recipe = (t: number) => ({
      method: "nearswap",
      models: [{ model: vector("base", origin), isBase: true }, { model: vector("other", values) }],
      globals: { t },
    });
    expectClose(await mergedValues(open(), recipe(0.1)), [0.05, 0.1, -0.1, 0], 1e-7);
    expect(await mergedValues(open(), recipe(0))).toEqual(origin);
  });

  it.each([
    [[5, 1500], { nuslerp_flatten: false }],
    [[5, 1500], { nuslerp_flatten: false, nuslerp_row_wise: true }],
    [[1500, 5], { nuslerp_flatten: false }],
    [[1500, 5], { nuslerp_flatten: false, nuslerp_row_wise: true }],
    [[4, 30, 60], { nuslerp_flatten: false, nuslerp_row_wise: true }],
    [[7500], { nuslerp_flatten: false }],
  ] as const)("nuslerp of %j, %j, is an arc for each of its vectors", async (shape, globals) => {
    const count = shape.reduce((product: number, size) => product * size, 1);
    const [base, a, b] = [1, 2, 3].map((seed) => normals(seed, count));
    if (!base || !a || !b) throw new Error("unreachable");
    const recipe = {
      method: "nuslerp",
      models: [
        { model: vector("a", a, shape), parameters: { weight: 0.3 } },
        { model: vector("b", b, shape), parameters: { weight: 0.6 } },
        { model: vector("base", base, shape), isBase: true },
      ],
      globals,
    };
    const merged = await mergedValues(open(), recipe);
    const columns = "nuslerp_row_wise" in globals && shape.length > 1;
    const fibres = columns ? count / shape[0] : count / (shape.at(-1) ?? 1);
    const fibreOf = (i: number) => (columns ? i % fibres : Math.floor(i / (shape.at(-1) ?? 1)));
    const products = Array.from({ length: fibres }, () => [0, 0, 0] as [number, number, number]);
    const deltas = Array.from(base, (x, i) => [(a[i] ?? 0) - x, (b[i] ?? 0) - x] as const);
    deltas.forEach(([p, q], i) => {
      const sums = products[fibreOf(i)];
      if (!sums) return;
      sums[0] += p * p;
      sums[1] += p * q;
      sums[2] += q * q;
    });
    const t = 0.6 / (0.3 + 0.6);
    const expected = deltas.map(([p, q], i) => {
      const [pp, pq, qq] = products[fibreOf(i)] ?? [0, 0, 0];
      const angle = Math.acos(Math.min(1, Math.max(-1, pq / Math.sqrt(pp * qq))));
      if (Math.sin(angle) < 1e-3) return (base[i] ?? 0) + (1 - t) * p + t * q;
      return (base[i] ?? 0) + (Math.sin((1 - t) * angle) * p + Math.sin(t * angle) * q) / Math.sin(angle);
    });
    expectClose(merged, expected, 2e-6);
  });
}
