import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import type { Kernel } from "../../kernel";
import { Tiles } from "../../kernels/tiles/tiles";
import { firstDifference, normals } from "../devices.testing";
import { openWasmDevice, type WasmDevice } from "./device";
import { TICKET } from "./layout";
import { startNodeThread } from "./nodeThread";
import { Regions } from "./regions";
import type { StartThread } from "./threads";
import { openTestWasm } from "./wasm.testing";

let device: WasmDevice | undefined;
afterEach(() => device?.close());

const bytes = (values: Float32Array<ArrayBuffer>) => new Uint8Array(values.buffer);

/** `y = 2x` over so many elements, by threads alone. */
const doubling: Kernel<{ readonly count: number }> = {
  name: "test/doubling",
  wgsl: "",
  buffers: ["read", "read_write"],
  packUniforms: () => new Uint8Array(),
  reference: () => {
    throw new Error("The threads were to do it.");
  },
  fast([x = 0, y = 0], { count }) {
    const tiles = new Tiles();
    const values = tiles.load(x, "F32");
    tiles.scale(values, values, 2);
    tiles.store(values, y, "F32", 0);
    return tiles.job(count);
  },
};

async function double(on: WasmDevice, count: number): Promise<Float32Array> {
  using x = await on.lease(4 * count, "x");
  using y = await on.lease(4 * count + 32, "y");
  on.write(x, 0, bytes(normals(1, count)));
  on.run(await on.prepare(doubling), [x, y], { count }, 1);
  return new Float32Array((await on.read(y, 0, 4 * count)).buffer);
}

describe("the WebAssembly device", () => {
  it("computes with all of its threads, again and again", async () => {
    device = await openTestWasm(3);
    const expected = normals(1, 200_000).map((value) => 2 * value);
    for (let round = 0; round < 5; round++) {
      expect(firstDifference(await double(device, 200_000), expected)).toBeUndefined();
    }
  });

  it("computes with the only thread there is", async () => {
    device = await openWasmDevice({ reason: "A test asks for it." });
    expect(device.info.name).toBe("WebAssembly, 1 thread");
    expect(await double(device, 100_000)).toEqual(normals(1, 100_000).map((value) => 2 * value));
  });

  it("says that a thread died, and fails from then on", async () => {
    let die: (reason: string) => void = () => undefined;
    const start: StartThread = (facts, died) => {
      die = died;
      return startNodeThread(facts, died);
    };
    device = await openWasmDevice({ reason: "A test asks for it.", count: 2, start });
    await double(device, 10);
    die("out of memory");
    await expect(device.lost).resolves.toMatchObject({
      code: "device/thread-lost",
      facts: { reason: "out of memory" },
    });
    await expect(double(device, 10)).rejects.toMatchObject({ code: "device/thread-lost" });
  });

  it("ends when a thread fails in the middle of its work", async () => {
    // Its own memory would lie far behind the end.
    const start: StartThread = (facts, died) => startNodeThread({ ...facts, thread: 2000 }, died);
    device = await openWasmDevice({ reason: "A test asks for it.", count: 2, start, stuckMs: 20_000 });
    const on = device;
    const trying = async () => {
      for (let round = 0; round < 1000; round++) await double(on, 500_000);
    };
    await expect(trying()).rejects.toMatchObject({ code: "device/thread-lost" });
    await expect(on.lost).resolves.toMatchObject({ code: "device/thread-lost" });
  });

  it("ends when a thread takes work and does not answer", async () => {
    const start: StartThread = ({ memory }) => {
      const worker = new Worker(STUCK, { eval: true, workerData: { memory, ticket: TICKET / 8 } });
      worker.unref();
      return { terminate: () => void worker.terminate() };
    };
    device = await openWasmDevice({ reason: "A test asks for it.", count: 2, start, stuckMs: 50 });
    const on = device;
    const trying = async () => {
      for (let round = 0; round < 1000; round++) await double(on, 500_000);
    };
    await expect(trying()).rejects.toThrow(/has not answered/);
    await expect(on.lost).resolves.toMatchObject({ code: "device/thread-lost" });
  });
});

/** Takes one piece of a job as soon as there is one, and sleeps. */
const STUCK = `
const { memory, ticket } = require("node:worker_threads").workerData;
const tickets = new BigInt64Array(memory.buffer);
for (;;) {
  const found = Atomics.load(tickets, ticket);
  const left = found & 0xffffffffn;
  if (left > 0n && Atomics.compareExchange(tickets, ticket, found, found - 1n) === found) break;
}
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
`;

describe("stretches of memory", () => {
  it("are given out again, neighbours as one", () => {
    const regions = new Regions(1024, 1024 + 4096);
    const [a, b, c] = [regions.take(1024), regions.take(1024), regions.take(1024)];
    expect([a?.address, b?.address, c?.address]).toEqual([1024, 2048, 3072]);
    expect(regions.take(2048)).toBeUndefined();
    if (a) regions.give(a);
    if (b) regions.give(b);
    expect(regions.take(2048)).toEqual({ address: 1024, bytes: 2048 });
    if (c) regions.give(c);
    expect(regions.take(2048)).toEqual({ address: 3072, bytes: 2048 });
  });
});
