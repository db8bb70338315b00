import { expect, it } from "vitest";
import type { DeviceInfo } from "../../compute/device";
import type { MergePlan } from "../../recipe/plan/plan";
import { createRateBook, type DeviceRates } from "./rates";
import { memoryRecords } from "./records";

const device = (name: string): DeviceInfo => ({
  kind: "webgpu",
  name,
  software: false,
  maxBindingBytes: 0,
  maxBufferBytes: 0,
  budgetBytes: 0,
});
const plan = (method: string, bytes: number, fetchBytes = 0): MergePlan => ({
  method,
  models: [],
  seed: 0,
  outputDType: "F32",
  tensors: [],
  config: {},
  sideFiles: [],
  rowMaps: {},
  stages: [],
  recipe: "",
  totals: { tensors: 1, parameters: 1, readBytes: bytes, writeBytes: bytes, fetchBytes, deviceBytes: 0 },
});
const gpu = device("gpu");

it("knows nothing before the first run", async () => {
  expect(await createRateBook(memoryRecords()).estimate(gpu, plan("ties", 100))).toBeUndefined();
});

it("scales the last run of the method on the device", async () => {
  const book = createRateBook(memoryRecords());
  await book.record(gpu, plan("ties", 100), 2);
  await book.record(gpu, plan("linear", 100), 1);
  expect(await book.estimate(gpu, plan("ties", 300))).toBe(6);
  expect(await book.estimate(gpu, plan("linear", 300))).toBe(3);
  expect(await book.estimate(gpu, plan("slerp", 300))).toBe(6); // as slow as the slowest known
  expect(await book.estimate(device("other"), plan("ties", 300))).toBeUndefined();
});

it("takes the network for the slowest lane where it is", async () => {
  const book = createRateBook(memoryRecords());
  await book.record(gpu, plan("ties", 100), 2);
  expect(await book.estimate(gpu, plan("ties", 100, 50))).toBeUndefined();
  await book.record(gpu, plan("ties", 100, 50), 10);
  expect(await book.estimate(gpu, plan("ties", 100, 50))).toBe(10);
  expect(await book.estimate(gpu, plan("ties", 100, 5))).toBe(2);
  expect(await book.estimate(gpu, plan("ties", 100))).toBe(2);
});

it("tells forward passes apart by model, and guesses others from the closest in size", async () => {
  const book = createRateBook(memoryRecords());
  expect(await book.forwardEstimate(gpu, { name: "a", parameters: 100 })).toBeUndefined();
  await book.recordForward(gpu, { name: "a", parameters: 100 }, 1);
  await book.recordForward(gpu, { name: "b", parameters: 1000 }, 5);
  await book.record(gpu, plan("ties", 100), 2);
  expect(await book.forwardEstimate(gpu, { name: "b", parameters: 1000 })).toBe(5);
  expect(await book.forwardEstimate(gpu, { name: "c", parameters: 200 })).toBe(2);
  expect(await book.forwardEstimate(gpu, { name: "d", parameters: 2000 })).toBe(10);
  expect(await book.estimate(gpu, plan("ties", 100))).toBe(2);
});

it("lets no failing store fail the work that was timed", async () => {
  const full = { ...memoryRecords<DeviceRates>(), put: () => Promise.reject(new Error("The disk is full.")) };
  const book = createRateBook(full);
  await book.record(gpu, plan("ties", 100), 2);
  await book.recordForward(gpu, { name: "m", parameters: 10 }, 1);
  expect(await book.estimate(gpu, plan("ties", 100))).toBeUndefined();
});
