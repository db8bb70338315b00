import { describe, expect, it } from "vitest";
import { modelsOfFiles } from "./dropped";

const file = new File([], "");
const sorted = (...paths: string[]) =>
  modelsOfFiles(paths.map((path) => ({ path, file }))).map(({ name, files }) => [name, files.map(({ path }) => path)]);

describe("files that were dropped", () => {
  it("make one model of a folder", () => {
    expect(sorted("tiny/config.json", "tiny/model.safetensors", "tiny/sub/x.json")).toEqual([
      ["tiny", ["config.json", "model.safetensors", "sub/x.json"]],
    ]);
  });

  it("make a model of each folder", () => {
    expect(sorted("a/model.safetensors", "b/model.safetensors").map(([name]) => name)).toEqual(["a", "b"]);
  });

  it("make one model of loose files with a config", () => {
    expect(sorted("config.json", "a.safetensors", "b.safetensors").length).toBe(1);
  });

  it("make one model of shards, called after them", () => {
    expect(sorted("m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors").map(([name]) => name)).toEqual(["m"]);
  });

  it("make a model of each loose safetensors file", () => {
    expect(sorted("tiny-a.safetensors", "tiny-b.safetensors")).toEqual([
      ["tiny-a", ["tiny-a.safetensors"]],
      ["tiny-b", ["tiny-b.safetensors"]],
    ]);
  });

  it("make one model of files of PyTorch", () => {
    expect(sorted("config.json", "pytorch_model.bin")).toEqual([
      ["pytorch_model", ["config.json", "pytorch_model.bin"]],
    ]);
    expect(sorted("pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin").length).toBe(1);
  });

  it("make nothing of nothing", () => {
    expect(sorted()).toEqual([]);
  });
});
