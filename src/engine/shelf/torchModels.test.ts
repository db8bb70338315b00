import { expect, it } from "vitest";
import type { Hub, HubModel } from "../../hub/types";
import { nodeFolder } from "../../io/node";
import { MemoryTable, storageOf } from "../../io/sources.testing";
import { BlockStore } from "../../io/store/blockStore";
import type { ByteRange, Folder } from "../../io/types";
import { openCheckpoint } from "../../model/open";
import { memoryRecords } from "../machine/records";
import { openHubModel } from "./hubModels";
import { createNotes } from "./notes";
import { createPlanning } from "./planning";

const MODEL: HubModel = { repo: "org/m", sha: "0123456789abcdef0123456789abcdef01234567", gated: false, files: [] };
const LAYER = 256 * 320 * 4;

it("of a model in pytorch_model.bin on the Hub what is merged is fetched, and nothing else", async () => {
  const reads: ByteRange[] = [];
  const local = nodeFolder("e2e/golden/torch/large");
  const folder: Folder = {
    name: "org/m",
    list: (signal) => local.list(signal),
    async open(path, signal) {
      const source = await local.open(path, signal);
      if (!path.endsWith(".bin")) return source;
      const read: typeof source.read = (start, end, stop) => {
        reads.push({ start, end });
        return source.read(start, end, stop);
      };
      return { name: source.name, size: source.size, read };
    },
  };
  const hub: Hub = { search: async () => [], resolve: async () => MODEL, folder: () => folder };
  const blocks = new BlockStore({ table: new MemoryTable(), storage: storageOf(10 ** 12) });
  const opened = await openHubModel(
    { hub, blocks, listings: memoryRecords<HubModel>(), notes: createNotes() },
    { repo: "org/m" },
  );
  const model = await openCheckpoint("org/m", opened.folder, { revision: MODEL.sha });
  expect(reads.map(({ start, end }) => end - start)).toEqual([256 * 1024, 128 * 1024]);

  const recipe = "merge_method: passthrough\nslices: [{sources: [{model: org/m, layer_range: [1, 2]}]}]\n";
  const models = new Map([[model.key, model]]);
  const planning = createPlanning(
    () => models,
    async () => 2 ** 26,
  );
  const { plan } = await planning.report(recipe, 0);
  const [tensor] = model.tensors.values();
  const [, second] = model.tensors.values();
  const headRead = 256 * 1024;
  expect(tensor?.end).toBeGreaterThan(headRead);
  expect(second?.start).toBeGreaterThan(headRead);
  expect(plan?.totals).toMatchObject({ readBytes: LAYER, fetchBytes: LAYER, writeBytes: LAYER });
});
