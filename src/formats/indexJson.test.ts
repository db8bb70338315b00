import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeFolder } from "../io/node";
import { checkShardFiles, checkShardTensors, indexJson, parseIndex } from "./indexJson";
import { readSafetensors } from "./safetensors";
import { planShards } from "./safetensorsWriter";

const SHARDED = "e2e/golden/merge/models/sharded";
const sharded = () => parseIndex(readFileSync(`${SHARDED}/model.safetensors.index.json`, "utf8"));

it("agrees with a sharded model that another tool wrote", async () => {
  const index = sharded();
  checkShardFiles(index, new Set(readdirSync(SHARDED)));
  expect(index.files.length).toBe(4);
  for (const file of index.files) {
    const { tensors } = await readSafetensors(await nodeFolder(SHARDED).open(file));
    checkShardTensors(index, file, tensors);
    expect(tensors.every(({ name }) => index.weightMap.get(name) === file)).toBe(true);
  }
});

it("writes sizes, version and files in writing order, and reads them back", () => {
  const shards = planShards(
    ["b", "a", "__proto__"].map((name) => ({ name, dtype: "F32", shape: [2] }) as const),
    16,
  );
  const text = indexJson(shards.flatMap(({ tensors }) => tensors));
  expect(JSON.parse(text).metadata).toEqual({ mergekit_version: "0.1.4", total_size: 24 });
  expect([...parseIndex(text).weightMap]).toEqual([
    ["b", "model-00001-of-00002.safetensors"],
    ["a", "model-00001-of-00002.safetensors"],
    ["__proto__", "model-00002-of-00002.safetensors"],
  ]);
});

describe("an index that cannot be used", () => {
  it.each([
    ["{", "not-json"],
    ["[]", "weight-map"],
    ["{}", "weight-map"],
    ['{"weight_map":[]}', "weight-map"],
    ['{"weight_map":{"a":1}}', "weight-map"],
    ['{"weight_map":{"a":"f","a":"g"}}', "duplicate-name"],
    ['{"weight_map":{"a":"../f.safetensors"}}', "path"],
    ['{"weight_map":{"a":"/etc/f.safetensors"}}', "path"],
    ['{"weight_map":{"a":"C:f.safetensors"}}', "path"],
    ['{"weight_map":{"a":"a\\\\f.safetensors"}}', "path"],
    ['{"weight_map":{"a":""}}', "path"],
  ])("%s", (text, code) => {
    expect(() => parseIndex(text)).toThrowError(expect.objectContaining({ code: `safetensors/index-${code}` }));
  });

  it("names shards that are missing, with both numbers", () => {
    expect(() => checkShardFiles(sharded(), new Set(["model-00001-of-00004.safetensors"]))).toThrowError(
      expect.objectContaining({
        code: "safetensors/index-missing-shard",
        facts: {
          index: "model.safetensors.index.json",
          file: "model-00004-of-00004.safetensors",
          files: 4,
          missing: 3,
        },
      }),
    );
  });

  it("names tensors that are missing in a shard, with both numbers", () => {
    expect(() => checkShardTensors(sharded(), "model-00004-of-00004.safetensors", [])).toThrowError(
      expect.objectContaining({
        code: "safetensors/index-missing-tensor",
        facts: {
          index: "model.safetensors.index.json",
          file: "model-00004-of-00004.safetensors",
          tensor: "lm_head.weight",
          expected: 1,
          missing: 1,
        },
      }),
    );
  });
});
