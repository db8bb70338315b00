import type { MergeReport } from "../../engine/protocol/protocol";
import { asFileName } from "../../io/path";
import { useStudioStore } from "../context";
import { pickDirectory } from "../models/pickers";
import { saveStream } from "../parts/browser/save";

/** What can be done with a merge that is kept in the browser. */
export function useResultActions({ id, name }: Pick<MergeReport, "id" | "name">) {
  const studio = useStudioStore();
  return {
    async downloadZip() {
      const files = await studio.getState().resultFiles(id);
      const folder = asFileName(name, "merged");
      const inFolder = files.map(({ path, file }) => ({ path: `${folder}/${path}`, file }));
      await saveStream(`${folder}.zip`, async () => (await import("../../io/zip")).zipStream(inFolder));
    },
    async saveToFolder() {
      const directory = await pickDirectory("merged", "readwrite");
      if (directory) await studio.getState().exportResult(id, directory);
    },
    async addAsModel() {
      await studio.getState().addModel({ kind: "result", id });
    },
  };
}
