import { afterAll, describe, expect, it } from "vitest";
import { normals } from "../../devices/devices.testing";
import { numbersOf, openKernelDevices, place, worst } from "../kernels.testing";
import { words } from "../link/define";
import { topKRoute } from "./topKRoute";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

describe.each(devices)("topKRoute on $name", ({ device }) => {
  it.each([
    { m: 1, experts: 4, topK: 2, normalise: true },
    { m: 70, experts: 8, topK: 2, normalise: false },
    { m: 65, experts: 60, topK: 8, normalise: true },
    { m: 3, experts: 5, topK: 5, normalise: false },
  ])(
    "chooses $topK of $experts experts for $m tokens, normalised: $normalise",
    async ({ m, experts, topK, normalise }) => {
      // Rounded, so that there are ties.
      const values = normals(m, m * experts).map((value) => Math.round(4 * value) / 2);
      using logits = await place(device, values);
      using ids = await device.lease(4 * m * topK, "ids");
      using weights = await device.lease(4 * m * topK, "weights");
      await topKRoute(device, { logits, m, experts, topK, normalise, ids, weights });

      const chosen = Array.from({ length: m }, (_, row) => {
        const mine = [...values.subarray(row * experts, (row + 1) * experts)];
        const order = mine.map((_, id) => id).sort((a, b) => (mine[b] ?? 0) - (mine[a] ?? 0) || a - b);
        const best = order.slice(0, topK);
        const among = normalise ? best : order;
        const sum = among.reduce((total, id) => total + Math.exp(mine[id] ?? 0), 0);
        return best.map((id) => ({ id, weight: Math.exp(mine[id] ?? 0) / sum }));
      }).flat();
      expect([...words(await device.read(ids, 0, 4 * m * topK))]).toEqual(chosen.map(({ id }) => id));
      const expected = chosen.map(({ weight }) => weight);
      expect(worst(await numbersOf(device, weights, m * topK), expected, 1e-6)).toBeUndefined();
    },
  );
});
