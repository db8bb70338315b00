import { availableParallelism, loadavg } from "node:os";
import { openWasmDevice } from "../../src/compute/devices/wasm/device";
import { startNodeThread } from "../../src/compute/devices/wasm/nodeThread";
import { matmul } from "../../src/compute/kernels/products/matmul";
import { narrow } from "../../src/formats/convert";
import { normals } from "../llama";
import { makeFamily } from "./family";
import { FULL } from "./sizes";
import { type Speed, speed } from "./speed";

/** The forward pass on threads of WebAssembly in Node. Prints what it measured as JSON. */
interface Threads {
  readonly threads: number;
  /** The product of `rows` rows and a weight in bf16, in GFLOP for each second of one thread's processor time. */
  readonly products: readonly { readonly rows: number; readonly width: number; readonly gigaflops: number }[];
  readonly speed: Speed;
  /** The same for each second of the threads' processor time together. */
  readonly speedOfOneCore: Speed;
  /** Processes that wanted a core meanwhile, in the last minute. */
  readonly load: number;
}

const REPEATS = 5;

/** @returns the best of some times: other work on the machine empties caches */
async function productSpeed(rows: number, width: number): Promise<number> {
  const device = await openWasmDevice({ reason: "The bench asks for it." });
  using x = await device.lease(4 * rows * width, "bench x");
  using buffer = await device.lease(2 * width * width, "bench w");
  using y = await device.lease(4 * rows * width, "bench y");
  device.write(x, 0, new Uint8Array(normals(1, rows * width, 1).buffer));
  device.write(buffer, 0, narrow(normals(2, width * width, 0.02), "BF16"));
  const times = Math.ceil(1e10 / (2 * rows * width * width));
  const work = async () => {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) {
      await matmul(device, { x, w: { buffer, dtype: "BF16" }, y, m: rows, n: width, k: width });
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6 / times;
  };
  let best = await work();
  for (let i = 1; i < REPEATS; i++) best = Math.min(best, await work());
  device.close();
  return (2 * rows * width * width) / best / 1e9;
}

const products = [];
for (const rows of FULL.rows)
  products.push({ rows, width: FULL.width, gigaflops: await productSpeed(rows, FULL.width) });
const threads = availableParallelism();
const device = await openWasmDevice({ reason: "The bench asks for it.", count: threads, start: startNodeThread });
const [model] = await makeFamily(FULL.shape);
const processors = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const measured: Threads = {
  threads,
  products,
  speed: await speed(device, model, FULL),
  speedOfOneCore: await speed(device, model, FULL, processors),
  load: loadavg()[0] ?? 0,
};
device.close();
console.log(JSON.stringify(measured, null, 2));
