import { describe, expect, it } from "vitest";
import type { Hub, HubModel } from "../../hub/types";
import { MemoryTable, storageOf } from "../../io/sources.testing";
import { BlockStore } from "../../io/store/blockStore";
import type { ByteRange, Folder } from "../../io/types";
import { modelFacts } from "../../model/facts";
import { openCheckpoint } from "../../model/open";
import { type FileTensor, folderWith, fp8Matrix, noted } from "../../model/quantisation/fp8Models.testing";
import { memoryRecords } from "../machine/records";
import { openHubModel } from "./hubModels";
import { createNotes } from "./notes";
import { createPlanning } from "./planning";

const MODEL: HubModel = { repo: "org/m", sha: "0123456789abcdef0123456789abcdef01234567", gated: false, files: [] };
const SIDE = 1024;
/** What readers of headers ask for first. */
const FIRST_READ = 256 * 1024;

/** The folder as if it were on the Hub, with what the network is asked for. */
async function openOnHub(config: object, tensors: readonly FileTensor[]) {
  const reads: ByteRange[] = [];
  const folder: Folder = folderWith("org/m", config, tensors, noted([], reads));
  const hub: Hub = { search: async () => [], resolve: async () => MODEL, folder: () => folder };
  const blocks = new BlockStore({ table: new MemoryTable(), storage: storageOf(10 ** 12) });
  const access = { hub, blocks, listings: memoryRecords<HubModel>(), notes: createNotes() };
  const opened = await openHubModel(access, { repo: "org/m" });
  const open = () => openCheckpoint("org/m", opened.folder, { revision: MODEL.sha });
  return { reads, open };
}

const bytesOf = (ranges: readonly ByteRange[]) => ranges.reduce((sum, { start, end }) => sum + end - start, 0);

describe("a quantised model on the Hub", () => {
  it.each([
    ["by its dtype, whatever config.json says", "w.weight", { architectures: ["X"] }],
    ["by its companions", "w.qweight", { architectures: ["X"] }],
    ["by config.json", "w.weight", { quantization_config: { quant_method: "gptq" } }],
  ])("is refused before any weight is fetched, %s", async (_, name, config) => {
    const bytes = new Uint8Array(SIDE * SIDE);
    const { reads, open } = await openOnHub(config, [{ name, dtype: "U8", shape: [SIDE, SIDE], bytes }]);
    await expect(open()).rejects.toMatchObject({ code: "model/quantised", facts: { model: "org/m" } });
    expect(reads).toEqual([{ start: 0, end: FIRST_READ }]);
  });

  it("that can be widened fetches codes and the scales of what is merged, and counts them before", async () => {
    const matrix = (layer: number) =>
      fp8Matrix(`model.layers.${layer}.w.weight`, [SIDE, SIDE], { kind: "rows", seed: layer });
    const { reads, open } = await openOnHub({ architectures: ["X"], num_hidden_layers: 3 }, [
      ...matrix(0).files,
      ...matrix(1).files,
      ...matrix(2).files,
    ]);
    const model = await open();
    expect(bytesOf(reads)).toBe(FIRST_READ);
    const stored = SIDE * SIDE + 4 * SIDE;
    expect(modelFacts(model)).toMatchObject({
      bytes: 3 * stored,
      dtypes: [{ dtype: "F8_E4M3", scaled: true, bytes: 3 * stored }],
    });

    const recipe =
      "merge_method: passthrough\nslices: [{sources: [{model: org/m, layer_range: [2, 3]}]}]\ndtype: bfloat16\n";
    const models = new Map([[model.key, model]]);
    const planning = createPlanning(
      () => models,
      async () => 2 ** 26,
    );
    const report = await planning.report(recipe, 0);
    // Scales lie before codes in this file, and came with its header.
    const totals = { readBytes: stored, fetchBytes: SIDE * SIDE, writeBytes: 2 * SIDE * SIDE };
    expect(report.plan?.totals).toMatchObject(totals);
  });
});
