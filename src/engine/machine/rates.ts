import { smallest } from "../../base/lists";
import { own } from "../../base/own";
import type { DeviceInfo } from "../../compute/device";
import type { MergePlan } from "../../recipe/plan/plan";
import type { Records } from "./records";

/** How fast earlier runs went on one device, in bytes per second. */
export interface DeviceRates {
  /** Read and written bytes of runs that fetched nothing, by method. */
  readonly merge: Readonly<Record<string, number>>;
  /** Bytes over the network, of runs that fetched. */
  readonly fetch?: number;
  /** Forward passes, by model. */
  readonly forward?: Readonly<Record<string, ForwardRate>>;
}

/** How long one token takes through a model. */
export interface ForwardRate {
  readonly secondsPerToken: number;
  readonly parameters: number;
}

/** A model as far as its speed goes. A recipe goes by the name of the model that gave its config. */
export interface ForwardModel {
  readonly name: string;
  readonly parameters: number;
}

/**
 * Remembers how long merges took on each device, to tell how long the next one will take. A store that fails must not fail the
 * work that was timed: then nothing is remembered.
 */
export interface RateBook {
  /** Seconds a plan will take; `undefined` before the first comparable run. Lanes overlap: the slowest alone counts. */
  estimate(device: DeviceInfo, plan: MergePlan): Promise<number | undefined>;
  record(device: DeviceInfo, plan: MergePlan, seconds: number): Promise<void>;
  /** Seconds a token will take through a model; `undefined` before the first model was measured on this device. */
  forwardEstimate(device: DeviceInfo, model: ForwardModel): Promise<number | undefined>;
  recordForward(device: DeviceInfo, model: ForwardModel, secondsPerToken: number): Promise<void>;
}

export function createRateBook(records: Records<DeviceRates>): RateBook {
  const keyOf = (device: DeviceInfo) => `${device.kind} ${device.name}`;
  const keep = (device: DeviceInfo, rates: DeviceRates) => records.put(keyOf(device), rates).catch(() => undefined);
  return {
    async estimate(device, plan) {
      const rates = await records.get(keyOf(device));
      const merge = (rates && own(rates.merge, plan.method)) ?? slowest(rates);
      if (merge === undefined) return undefined;
      const { fetchBytes } = plan.totals;
      if (fetchBytes === 0) return workBytes(plan) / merge;
      if (rates?.fetch === undefined) return undefined;
      return Math.max(workBytes(plan) / merge, fetchBytes / rates.fetch);
    },
    async record(device, plan, seconds) {
      if (seconds <= 0) return;
      const { merge = {}, ...old } = (await records.get(keyOf(device))) ?? {};
      const next =
        plan.totals.fetchBytes > 0
          ? { ...old, merge, fetch: plan.totals.fetchBytes / seconds }
          : { ...old, merge: { ...merge, [plan.method]: workBytes(plan) / seconds } };
      await keep(device, next);
    },
    async forwardEstimate(device, { name, parameters }) {
      const { forward = {} } = (await records.get(keyOf(device))) ?? {};
      const known = own(forward, name) ?? nearestInSize(Object.values(forward), parameters);
      return known && (known.secondsPerToken * parameters) / known.parameters;
    },
    async recordForward(device, { name, parameters }, secondsPerToken) {
      const { merge = {}, forward = {}, ...old } = (await records.get(keyOf(device))) ?? {};
      await keep(device, {
        ...old,
        merge,
        forward: { ...forward, [name]: { secondsPerToken, parameters } },
      });
    },
  };
}

/** A model nobody measured takes as long as the one closest in size would, for its number of parameters. */
function nearestInSize(rates: readonly ForwardRate[], parameters: number): ForwardRate | undefined {
  const distance = (rate: ForwardRate) => Math.abs(Math.log(rate.parameters / parameters));
  return [...rates].sort((a, b) => distance(a) - distance(b))[0];
}

function workBytes(plan: MergePlan): number {
  return plan.totals.readBytes + plan.totals.writeBytes;
}

/** An unknown method is likely no faster than the slowest known one. */
function slowest(rates: DeviceRates | undefined): number | undefined {
  const known = Object.values(rates?.merge ?? {});
  return known.length === 0 ? undefined : smallest(known);
}
