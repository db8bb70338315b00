import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Block } from "../../io/store/blockTable";
import { nodeBlockTable } from "./nodeBlockTable";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "awase-blocks-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const block = (over: Partial<Block>): Block => ({
  repo: "org/model",
  revision: "0123",
  path: "deep/model.safetensors",
  start: 0,
  end: 3,
  checksum: "c",
  lastUsed: 1,
  ...over,
});
const bytes = (...values: number[]) => new Blob([new Uint8Array(values)]);

it("keeps blocks for the next process, in the order of their files and starts", async () => {
  const table = nodeBlockTable(folder);
  const [first, second, other] = [block({ start: 3, end: 20 }), block({}), block({ repo: "zed" })];
  await table.put(first, bytes(4, 5));
  await table.put(other, bytes(6));
  await table.put(second, bytes(1, 2, 3));
  const later = nodeBlockTable(folder);
  expect(await later.blocks()).toEqual([second, first, other]);
  expect(await later.blocks({ repo: "org/model", revision: "0123" })).toEqual([second, first]);
  expect(await later.blocks({ repo: "org/model", revision: "4567" })).toEqual([]);
  expect(await (await later.bytes(second))?.arrayBuffer()).toEqual(new Uint8Array([1, 2, 3]).buffer);
});

it("forgets what was removed, and updates only what is there", async () => {
  const table = nodeBlockTable(folder);
  await table.put(block({}), bytes(1, 2, 3));
  await table.update(block({ lastUsed: 2 }));
  expect(await table.blocks()).toEqual([block({ lastUsed: 2 })]);
  await table.remove([block({})]);
  await table.update(block({ lastUsed: 3 }));
  expect(await table.blocks()).toEqual([]);
  expect(await table.bytes(block({}))).toBeUndefined();
});

it("lets no name leave its folder", async () => {
  const table = nodeBlockTable(join(folder, "inside"));
  await table.put(block({ repo: "..", path: "../../escaped" }), bytes(1));
  expect(await table.blocks()).toHaveLength(1);
});
