import { expect, it } from "vitest";
import type { OutputFolder } from "../../io/types";
import { writeFile } from "./fileCopy";

it("tells what stopped a file, also where its rest cannot be taken away", async () => {
  const output: OutputFolder = {
    name: "unplugged",
    remove: async () => undefined,
    create: async () => ({
      write: async () => {
        throw new Error("The disk is gone.");
      },
      close: async () => undefined,
      abort: async () => {
        throw new Error("There is nothing to take away.");
      },
    }),
  };
  await expect(writeFile(output, "f", 1, [new Uint8Array(1)])).rejects.toThrow("The disk is gone.");
});
