import type { Floats, Words } from "../../src/base/bytes";
import { normals } from "../llama";
import { secondsEach } from "./timing";
import wgsl from "./tripleLoop.wgsl?raw";

/** Seconds of one product x[m, k] · w[n, k]ᵀ by the plain triple loop, on a device of its own. */
export async function tripleLoop(gpu: GPU, m: number, n: number, k: number): Promise<number> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("There is no adapter to measure.");
  const device = await adapter.requestDevice();
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: wgsl }) },
  });
  const buffer = (values: Floats | Words, usage: number) => {
    const made = device.createBuffer({ size: values.byteLength, usage: usage | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(made, 0, values);
    return made;
  };
  const buffers = [
    buffer(normals(1, m * k, 1), GPUBufferUsage.STORAGE),
    buffer(normals(2, n * k, 0.02), GPUBufferUsage.STORAGE),
    buffer(new Float32Array(m * n), GPUBufferUsage.STORAGE),
    buffer(new Uint32Array([m, n, k, 0]), GPUBufferUsage.UNIFORM),
  ];
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((resource, binding) => ({ binding, resource: { buffer: resource } })),
  });
  const seconds = await secondsEach(
    () => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.ceil(n / 8), Math.ceil(m / 8));
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    () => device.queue.onSubmittedWorkDone(),
  );
  device.destroy();
  return seconds;
}
