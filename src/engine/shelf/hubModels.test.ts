import { expect, it } from "vitest";
import { AwaseError } from "../../base/errors";
import type { Hub, HubModel } from "../../hub/types";
import { MemoryFolder } from "../../io/memory";
import { MemoryTable, storageOf, watched } from "../../io/sources.testing";
import { BlockStore } from "../../io/store/blockStore";
import { memoryRecords } from "../machine/records";
import { openHubModel } from "./hubModels";
import { hubOnDemand } from "./hubOnDemand";
import { createNotes } from "./notes";

const SHA = "0123456789abcdef0123456789abcdef01234567";
const MODEL: HubModel = { repo: "org/m", sha: SHA, license: "mit", gated: false, files: [{ path: "a", size: 3 }] };
const BYTES = new Uint8Array([1, 2, 3]);

const unreachable = () => AwaseError.of({ code: "hub/unreachable", message: "Could not reach hub.test.", facts: {} });

/** A Hub that can be unplugged: of what it served before, only what was kept can then be read. */
function pluggedHub() {
  let plugged = true;
  const hub: Hub = {
    search: async () => [],
    async resolve() {
      if (!plugged) throw unreachable();
      return MODEL;
    },
    folder: () => ({
      name: MODEL.repo,
      list: async () => MODEL.files,
      async open(path) {
        const source = await new MemoryFolder(MODEL.repo, new Map([["a", BYTES]])).open(path);
        return {
          name: path,
          size: source.size,
          async read(start, end, signal) {
            if (!plugged) throw unreachable();
            return source.read(start, end, signal);
          },
        };
      },
    }),
  };
  return { hub, unplug: () => (plugged = false) };
}

it("opens what it knows when the Hub is out of reach, from what was kept, and says so", async () => {
  const { hub, unplug } = pluggedHub();
  const blocks = new BlockStore({ table: new MemoryTable(), storage: storageOf(10 ** 12) });
  const access = { hub, blocks, listings: memoryRecords<HubModel>(), notes: createNotes() };
  const first = await openHubModel(access, { repo: "org/m" });
  expect(first.note).toBeUndefined();
  await (await first.folder.open("a")).read(0, 3);

  unplug();
  for (const wanted of [{ repo: "org/m" }, { repo: "org/m", revision: SHA }]) {
    const again = await openHubModel(access, wanted);
    expect(again).toMatchObject({
      revision: SHA,
      license: "mit",
      note: { code: "hub/offline", facts: { commit: SHA } },
    });
    expect(await (await again.folder.open("a")).read(0, 3)).toEqual(BYTES);
  }
  await expect(openHubModel(access, { repo: "org/m", revision: "v2" })).rejects.toThrow("Could not reach");
});

it("opens a model also where its listing cannot be remembered", async () => {
  const { hub } = pluggedHub();
  const blocks = new BlockStore({ table: new MemoryTable(), storage: storageOf(10 ** 12) });
  const full = () => Promise.reject(new DOMException("The disk is full.", "QuotaExceededError"));
  const access = { hub, blocks, listings: { ...memoryRecords<HubModel>(), put: full }, notes: createNotes() };
  expect(await openHubModel(access, { repo: "org/m" })).toMatchObject({ revision: SHA });
});

it("asks for a file that holds no weights in one piece, so that the Hub's hash of it is checked", async () => {
  const paths = ["tokenizer.json", "model.safetensors"];
  const sources = new Map(paths.map((path) => [path, watched(path, new Uint8Array(9_000_000))]));
  const hub: Hub = {
    search: async () => [],
    resolve: async () => MODEL,
    folder: () => ({
      name: MODEL.repo,
      list: async () => [],
      open: async (path) => sources.get(path) ?? watched(path, BYTES),
    }),
  };
  const blocks = new BlockStore({ table: new MemoryTable(), storage: storageOf(10 ** 12) });
  const access = { hub, blocks, listings: memoryRecords<HubModel>(), notes: createNotes() };
  const { folder } = await openHubModel(access, { repo: "org/m" });
  for (const path of paths) await (await folder.open(path)).read(0, 100);
  expect(sources.get("tokenizer.json")?.reads).toEqual([{ start: 0, end: 9_000_000 }]);
  expect(sources.get("model.safetensors")?.reads).toEqual([{ start: 0, end: 4 * 2 ** 20 }]);
});

it("makes the Hub's client when it is first asked for, once, and again after a failure", async () => {
  const hub = hubOnDemand({ hubUrl: "https://hub.test", onNote: () => {}, token: undefined });
  expect(await hub()).toBe(await hub());

  const refused = hubOnDemand({ hubUrl: "https://hub.test", onNote: () => {}, token: "sk-1" });
  const [first, second] = await Promise.all([refused().catch(String), refused().catch(String)]);
  expect([first, second]).toEqual([expect.stringContaining("hf_"), first]);
  await expect(refused()).rejects.toMatchObject({ code: "hub/bad-token" });
});
