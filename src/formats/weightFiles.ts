/** A file of weights that can be read by range, by its name: safetensors, or what PyTorch saved. */
export function isWeightFile(path: string): boolean {
  return path.endsWith(".safetensors") || isTorchFile(path);
}

/** `pytorch_model.bin` and its shards, and an adapter's. Other files of PyTorch hold optimisers and settings of a training. */
export function isTorchFile(path: string): boolean {
  return /(?:^|\/)(?:pytorch_model[^/]*|adapter_model)\.bin$/.test(path);
}
