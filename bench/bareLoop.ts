import wgsl from "./lerp.wgsl?raw";

/** Bytes of one input per round, as a merge's blocks have. */
const ROUND_BYTES = 8 * 1024 * 1024;

/**
 * The bare read-map-write loop: uploads `inputs` rounds of bf16 bytes, averages them in one fused kernel, reads the result back;
 * two rounds in flight. The yardstick for what a merge costs beside what the adapter must do anyway.
 * @param bytes of one input, and of the output
 * @returns seconds
 */
export async function bareLoop(gpu: GPU, inputs: number, bytes: number): Promise<number> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("There is no adapter to measure.");
  const device = await adapter.requestDevice();
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: wgsl }), constants: { N: inputs } },
  });
  const slots = Array.from({ length: 2 }, () => {
    const packed = device.createBuffer({
      size: ROUND_BYTES * inputs,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    const made = device.createBuffer({ size: ROUND_BYTES, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const back = device.createBuffer({ size: ROUND_BYTES, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const layout = pipeline.getBindGroupLayout(0);
    const entries = [packed, made].map((buffer, binding) => ({ binding, resource: { buffer } }));
    return { packed, made, back, group: device.createBindGroup({ layout, entries }), done: Promise.resolve() };
  });
  const source = new Uint8Array(ROUND_BYTES).map((_, i) => (i * 37) & 0x3f);
  const out = new Uint8Array(ROUND_BYTES);
  const rounds = Math.ceil(bytes / ROUND_BYTES);

  const round = async (i: number) => {
    const slot = slots[i % slots.length];
    if (!slot) return;
    await slot.done;
    for (let k = 0; k < inputs; k++) device.queue.writeBuffer(slot.packed, k * ROUND_BYTES, source);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, slot.group);
    pass.dispatchWorkgroups(ROUND_BYTES / 16 / 256);
    pass.end();
    encoder.copyBufferToBuffer(slot.made, 0, slot.back, 0, ROUND_BYTES);
    device.queue.submit([encoder.finish()]);
    slot.done = slot.back.mapAsync(GPUMapMode.READ).then(() => {
      out.set(new Uint8Array(slot.back.getMappedRange()));
      slot.back.unmap();
    });
  };

  await round(0); // the first round compiles
  await Promise.all(slots.map((slot) => slot.done));
  const started = performance.now();
  for (let i = 0; i < rounds; i++) await round(i);
  await Promise.all(slots.map((slot) => slot.done));
  const seconds = (performance.now() - started) / 1000;
  device.destroy();
  return seconds;
}
