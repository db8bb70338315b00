import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DeviceInfo } from "../../compute/device";
import type { EngineClient } from "../../engine/boundary/client";
import type { Language } from "../../state/settings";
import { showing } from "../showing.testing";
import { DeviceFacts } from "./DeviceFacts";

const gpu: DeviceInfo = {
  kind: "webgpu",
  name: "Apple M3",
  software: false,
  maxBindingBytes: 2 ** 27,
  maxBufferBytes: 2 ** 28,
  budgetBytes: 2 ** 30,
};
const cpu = (why: NonNullable<DeviceInfo["why"]>): DeviceInfo => ({
  ...gpu,
  kind: "cpu",
  name: "CPU",
  why,
  reason: "?",
});
const facts = async (device: DeviceInfo, language: Language = "en", state = {}) => {
  await showing(<DeviceFacts />, { language, state: { device, ...state } });
  return document.body.textContent ?? "";
};

describe("the device", () => {
  it("is named with its limits", async () => {
    const text = await facts(gpu);
    expect(text).toContain("Apple M3");
    expect(text).toContain("Largest binding128 MiB");
    expect(text).toContain("Memory budget1 GiB");
  });

  it.each([
    ["no-webgpu", "Merging on the CPU, slower. This browser has no WebGPU.", "このブラウザではWebGPUが使えません。"],
    ["no-adapter", "Merging on the CPU, slower. WebGPU gave no device.", "デバイスが得られませんでした。"],
  ] as const)("says why it is the CPU: %s", async (why, english, japanese) => {
    expect(await facts(cpu(why))).toContain(english);
    expect(await facts(cpu(why), "ja")).toContain(`CPUでマージします（低速）。`);
    expect(document.body.textContent).toContain(japanese);
  });

  describe("of WebAssembly", () => {
    afterEach(() => vi.unstubAllGlobals());
    const wasm = (why: NonNullable<DeviceInfo["why"]>) => ({ ...cpu(why), kind: "wasm" as const });

    it.each([
      ["no-webgpu", "Computing on all cores. This browser has no WebGPU.", "WebGPUが使えません。"],
      ["software-adapter", "Computing on all cores. The GPU is software.", "ソフトウェア実装しかないためです。"],
    ] as const)("says why it is not WebGPU: %s", async (why, english, japanese) => {
      vi.stubGlobal("crossOriginIsolated", true);
      const text = await facts(wasm(why));
      expect(text).toContain(english);
      expect(text).not.toContain("One core");
      expect(await facts(wasm(why), "ja")).toContain(japanese);
    });

    it("says that a page which is not isolated computes on one core", async () => {
      vi.stubGlobal("crossOriginIsolated", false);
      expect(await facts(wasm("software-adapter"))).toContain("One core: no COOP and COEP here.");
    });
  });

  it("gives no excuse for a CPU that was chosen", async () => {
    expect(await facts(cpu("asked"), "en", { devicePreference: "cpu" })).toContain("Merging on the CPU, as chosen.");
  });

  it("warns of a GPU that is software", async () => {
    await facts({ ...gpu, software: true });
    expect(screen.getByTitle("A software adapter: right, but slow.")).toBeTruthy();
  });

  it("says why no engine starts, and tries again when told to", async () => {
    const start = vi.fn<EngineClient["start"]>(async () => gpu);
    const engineFailure = { name: "Error", message: "The worker could not be loaded." };
    await showing(<DeviceFacts />, { state: { engineFailure }, engine: { start } });
    expect(document.body.textContent).toContain("The engine could not start");
    expect(screen.getByRole("alert").textContent).toContain("The worker could not be loaded.");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(document.body.textContent).toContain("Apple M3"));
    expect(start).toHaveBeenCalledTimes(1);
  });
});
