import { afterEach, describe, expect, it } from "vitest";
import { AwaseError } from "../../base/errors";
import type { Kernel } from "../kernel";
import { applyMap } from "../kernels/map/applyMap";
import type { MapDefinition } from "../kernels/map/map";
import { NotFiniteCounter } from "../kernels/map/notFinite";
import { openDevice } from "../open";
import { openTestDevices } from "./devices.testing";
import { openWebGpuDevice, type WebGpuDevice, type WebGpuOptions } from "./webgpu";

const MIB = 1024 * 1024;

let opened: WebGpuDevice[] = [];
async function open(options: Omit<WebGpuOptions, "gpu"> = {}): Promise<WebGpuDevice> {
  const device = await openWebGpuDevice({ gpu: navigator.gpu, ...options });
  opened.push(device);
  return device;
}
afterEach(() => {
  for (const device of opened) device.close();
  opened = [];
});

const bytesOf = (...values: number[]) => new Uint8Array(new Uint32Array(values).buffer);

/** Adds `amount` to a counter from every workgroup, and writes each workgroup's own number. */
const groupNumbers: Kernel<{ amount: number }> = {
  name: "test/groups",
  wgsl: `
    struct Uniforms { amount: u32 }
    @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
    @group(0) @binding(1) var<storage, read_write> sum: atomic<u32>;
    @group(0) @binding(2) var<uniform> u: Uniforms;
    @compute @workgroup_size(1)
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u) {
      let i = group.y * grid.x + group.x;
      if (i >= arrayLength(&numbers)) { return; }
      numbers[i] = i;
      atomicAdd(&sum, u.amount);
    }`,
  buffers: ["read_write", "read_write"],
  packUniforms: ({ amount }) => bytesOf(amount, 0, 0, 0),
  reference: () => undefined,
};

const broken: Kernel<unknown> = {
  ...groupNumbers,
  name: "test/broken",
  wgsl: "@compute @workgroup_size(1)\nfn main() {\n  let x: u32 = 1.5;\n}",
  packUniforms: () => bytesOf(0, 0, 0, 0),
};

const identity: MapDefinition<Record<string, never>> = {
  name: "test/identity",
  wgsl: "fn map(at: vec4u, $inputs) -> vec4u { return x0; }",
  bits: true,
  uniforms: {},
  reference: ([x = new Float32Array()], out) => out.set(x),
};

describe.each(await openTestDevices())("memory on $name", ({ device }) => {
  it("comes back as it was written, at any offset and length", async () => {
    using buffer = await device.lease(64, "bytes");
    const bytes = Uint8Array.from({ length: 61 }, (_, i) => i + 1);
    device.clear(buffer, 0, 64);
    device.write(buffer, 0, bytes);
    expect(await device.read(buffer, 0, 64)).toEqual(Uint8Array.from([...bytes, 0, 0, 0]));
    expect([...(await device.read(buffer, 5, 3))]).toEqual([6, 7, 8]);
    device.write(buffer, 16, Uint8Array.of(9, 9, 9, 9));
    using copy = await device.lease(16, "copy");
    device.copy(buffer, 12, copy, 4, 8);
    expect([...(await device.read(copy, 4, 8))]).toEqual([13, 14, 15, 16, 9, 9, 9, 9]);
    await device.settle();
  });

  it("keeps the order of writes and reads", async () => {
    using buffer = await device.lease(16, "order");
    const reads = [];
    for (let round = 0; round < 8; round++) {
      device.write(buffer, 0, bytesOf(round));
      reads.push(device.read(buffer, 0, 4));
    }
    expect((await Promise.all(reads)).map(([first]) => first)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("is lent again after it was given back, and refuses to be used until then", async () => {
    const first = await device.lease(5 * MIB, "first");
    const { held } = device.memory;
    first[Symbol.dispose]();
    using second = await device.lease(5 * MIB, "second");
    expect(device.memory.held).toBe(held);
    expect(() => device.write(first, 0, bytesOf(1))).toThrow(/first.*given back/);
    device.write(second, 0, bytesOf(1));
  });
});

describe("a WebGPU device", () => {
  it("runs more than 65,535 workgroups", async () => {
    const device = await open();
    const groups = 70_000;
    const prepared = await device.prepare(groupNumbers);
    using numbers = await device.lease(groups * 4, "numbers");
    using sum = await device.lease(4, "sum");
    device.clear(sum, 0, 4);
    device.run(prepared, [numbers, sum], { amount: 3 }, groups);
    const got = new Uint32Array((await device.read(numbers, 0, groups * 4)).buffer);
    expect(got.every((number, i) => number === i)).toBe(true);
    expect(new Uint32Array((await device.read(sum, 0, 4)).buffer)[0]).toBe(groups * 3);
  });

  it("gives each of many runs its own uniforms", async () => {
    const device = await open();
    const prepared = await device.prepare(groupNumbers);
    using numbers = await device.lease(16, "numbers");
    using sum = await device.lease(4, "sum");
    device.clear(sum, 0, 4);
    for (let run = 1; run <= 600; run++) device.run(prepared, [numbers, sum], { amount: run }, 1);
    expect(new Uint32Array((await device.read(sum, 0, 4)).buffer)[0]).toBe((600 * 601) / 2);
  });

  it("uploads more than one piece", async () => {
    const device = await open();
    const bytes = new Uint8Array(33 * MIB);
    bytes.set([1, 2, 3, 4], 32 * MIB - 2);
    bytes[bytes.length - 1] = 5;
    using buffer = await device.lease(bytes.length, "large");
    device.write(buffer, 0, bytes);
    expect([...(await device.read(buffer, 32 * MIB - 4, 8))]).toEqual([0, 0, 1, 2, 3, 4, 0, 0]);
    expect([...(await device.read(buffer, bytes.length - 1, 1))]).toEqual([5]);
  });

  it("says where a shader is wrong, and can compile others afterwards", async () => {
    const device = await open();
    await expect(device.prepare(broken)).rejects.toMatchObject({
      code: "gpu/shader",
      message: expect.stringMatching(/test\/broken.*line 3: let x: u32 = 1\.5/),
      facts: { kernel: "test/broken", line: 3 },
    });
    await device.prepare(groupNumbers);
    await expect(device.prepare(broken)).rejects.toMatchObject({ code: "gpu/shader" });
  });

  it("compiles a kernel once, and runs nothing that another device prepared", async () => {
    const device = await open();
    const [first, again] = await Promise.all([device.prepare(groupNumbers), device.prepare(groupNumbers)]);
    expect(again).toBe(first);
    expect(await device.prepare(groupNumbers)).toBe(first);
    expect(await device.prepare({ ...groupNumbers })).not.toBe(first);
    const foreign = await (await open()).prepare(groupNumbers);
    using buffer = await device.lease(32, "any");
    expect(() => device.run(foreign, [buffer, buffer], { amount: 1 }, 1)).toThrow(/prepared by another device/);
  });

  it("holds no more than its budget", async () => {
    const device = await open({ budgetBytes: 8 * MIB });
    const first = await device.lease(4 * MIB, "first");
    const second = await device.lease(3 * MIB, "second");
    await expect(device.lease(2 * MIB, "third")).rejects.toMatchObject({
      code: "gpu/out-of-memory",
      facts: { label: "third", needed: 2 * MIB },
    });
    first[Symbol.dispose]();
    using third = await device.lease(5 * MIB - 64 * 1024, "third"); // the unused one is freed to make room
    expect(device.memory.held).toBeLessThanOrEqual(8 * MIB);
    expect(device.memory.peak).toBeLessThanOrEqual(8 * MIB);
    expect(third.bytes).toBe(5 * MIB - 64 * 1024);
    second[Symbol.dispose]();
  });

  it("works within the default limits", async () => {
    const device = await open({ limits: "default" });
    expect(device.info.maxBindingBytes).toBe(128 * MIB);
    const count = 3 * MIB;
    using counter = await NotFiniteCounter.open(device, 16);
    using buffer = await device.lease(count * 2 * 16, "96 MiB of inputs");
    device.clear(buffer, 0, buffer.bytes);
    device.write(buffer, 0, Uint8Array.of(0x80, 0x3f));
    const offsets = Array.from({ length: 16 }, (_, k) => k * count * 2);
    const dtypes = offsets.map(() => "BF16" as const);
    const bound = { map: identity, uniforms: () => ({}) };
    using made = await applyMap(device, bound, { buffer, start: 0, count, offsets }, dtypes, "F32", counter);
    expect([...new Float32Array((await device.read(made, 0, 8)).buffer)]).toEqual([1, 0]);
    await expect(device.lease(257 * MIB, "too large")).rejects.toMatchObject({ code: "gpu/out-of-memory" });
  });

  it("rejects what is under way and what follows when the GPU goes away", async () => {
    const device = await open();
    const buffer = await device.lease(1024, "bytes");
    const reads = [device.read(buffer, 0, 1024), device.settle()];
    const settled = Promise.allSettled(reads);
    device.lose();
    const lost = await device.lost;
    expect(lost).toBeInstanceOf(AwaseError);
    expect(lost).toMatchObject({ code: "gpu/lost" });
    await settled;
    await expect(device.read(buffer, 0, 4)).rejects.toBe(lost);
    await expect(device.settle()).rejects.toBe(lost);
    await expect(device.lease(16, "after")).rejects.toBe(lost);
    await expect(device.prepare(groupNumbers)).rejects.toBe(lost);
    expect(() => device.write(buffer, 0, bytesOf(1))).toThrow(lost);
    buffer[Symbol.dispose]();
  });

  it("fails everything once the GPU refused a command", async () => {
    const device = await open();
    using small = await device.lease(16, "small");
    using large = await device.lease(1024, "large");
    device.copy(large, 0, small, 0, 1024); // beyond the end
    await expect(device.settle().then(() => device.settle())).rejects.toMatchObject({ code: "gpu/failed" });
  });

  it("does not call a close a loss", async () => {
    const device = await open();
    let lost = false;
    void device.lost.then(() => {
      lost = true;
    });
    device.close();
    await expect(device.settle()).rejects.toMatchObject({ code: "gpu/closed" });
    expect(lost).toBe(false);
  });
});

describe("a device that times its kernels", () => {
  it("tells runs and time of each, the longest first, whatever was submitted when", async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await open({ timed: true });
    using numbers = await device.lease(4 * 1000, "numbers");
    using sum = await device.lease(4, "sum");
    const other = { ...groupNumbers, name: "test/other" };
    for (let i = 0; i < 40; i++) {
      device.run(await device.prepare(groupNumbers), [numbers, sum], { amount: 1 }, 1000);
      if (i % 10 === 0) device.run(await device.prepare(other), [numbers, sum], { amount: 1 }, 10);
    }
    expect([...new Uint32Array((await device.read(sum, 0, 4)).buffer)]).toEqual([40 * 1000 + 4 * 10]);
    const times = await device.kernelTimes?.();
    if (!adapter?.features.has("timestamp-query")) {
      expect(times).toEqual({ unknown: expect.stringContaining("timestamp-query") });
      return;
    }
    if (!Array.isArray(times)) throw new Error(`Not timed: ${JSON.stringify(times)}`);
    expect(times.map(({ kernel, runs }) => [kernel, runs]).sort()).toEqual([
      ["test/groups", 40],
      ["test/other", 4],
    ]);
    for (const { milliseconds } of times) expect(milliseconds).toBeGreaterThanOrEqual(0);
    expect(times[0]?.milliseconds).toBeGreaterThanOrEqual(times[1]?.milliseconds);
  });

  it("says so where the adapter has no timestamps", async () => {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error("There is no adapter.");
    const bare = new Proxy(adapter, {
      get(target, name) {
        if (name === "features") return new Set();
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const gpu = { requestAdapter: async () => bare } as unknown as GPU;
    const device = await openWebGpuDevice({ gpu, timed: true });
    opened.push(device);
    expect(await device.kernelTimes?.()).toEqual({
      unknown: `${device.info.name} has no timestamps (WebGPU's timestamp-query).`,
    });
  });

  it("is asked for: others have no such call", async () => {
    expect((await open()).kernelTimes).toBeUndefined();
  });
});

describe("openDevice", () => {
  it("takes the browser's adapter, also one that is software, where WebGPU is asked for", async () => {
    const device = await openDevice({ prefer: "webgpu", budgetBytes: 16 * MIB });
    expect(device.info).toMatchObject({ kind: "webgpu", budgetBytes: 16 * MIB });
    expect(device.info.name).not.toBe("");
    device.close();
  });

  it("takes threads instead of a software adapter where nothing is asked for", async () => {
    const asked = await openDevice({ prefer: "webgpu" });
    const { software } = asked.info;
    asked.close();
    const device = await openDevice({ prefer: "auto" });
    expect(device.info).toMatchObject(software ? { kind: "wasm", why: "software-adapter" } : { kind: "webgpu" });
    device.close();
  });

  it("says why it computes on the CPU", async () => {
    const asked = await openDevice({ prefer: "cpu" });
    expect(asked.info).toMatchObject({ kind: "cpu", reason: "The CPU was asked for." });
    const without = await openDevice({ prefer: "auto", gpu: null });
    expect(without.info.reason).toMatch(/no WebGPU/);
    const gpu = { ...navigator.gpu, requestAdapter: async () => null } as GPU;
    const none = await openDevice({ prefer: "auto", gpu });
    expect(none.info.reason).toMatch(/no adapter/);
  });
});
