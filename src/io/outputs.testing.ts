import { describe, expect, it } from "vitest";
import type { Bytes } from "../base/bytes";
import { patterned } from "./sources.testing";
import type { OutputFolder } from "./types";

/** What a test needs of a place that can be written to. */
export interface OutputUnderTest {
  readonly output: OutputFolder;
  /** Finished files by path. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
}

/**
 * What every output folder promises.
 * @param resumes whether the bytes of an unclosed file outlive it
 */
export function describeOutput(name: string, make: () => Promise<OutputUnderTest>, { resumes }: { resumes: boolean }) {
  describe(name, () => {
    const bytes = patterned(1000);

    it("puts together what is written in any order, in folders", async () => {
      const { output, files } = await make();
      const sink = await output.create("a/b/f.bin", { size: 1000 });
      await sink.write(bytes.slice(500), 500);
      await sink.write(bytes.slice(0, 200), 0);
      await sink.write(bytes.slice(200, 500), 200);
      expect(nothingWhole(await files())).toBe(true);
      await sink.close();
      expect(await files()).toEqual(new Map([["a/b/f.bin", bytes]]));
    });

    it("shows nothing of an aborted file, and aborts once", async () => {
      const { output, files } = await make();
      const sink = await output.create("f", { size: 1000 });
      await sink.write(bytes, 0);
      await sink.abort();
      await sink.abort();
      expect((await files()).size).toBe(0);
      await expect(sink.write(bytes, 0)).rejects.toMatchObject({ code: "io/closed" });
      await expect(sink.close()).rejects.toMatchObject({ code: "io/closed" });
    });

    it("shows nothing of a file that was not closed", async () => {
      const { output, files } = await make();
      const sink = await output.create("f", { size: 1000 });
      await sink.write(bytes, 0);
      await sink.flush?.();
      expect(nothingWhole(await files())).toBe(true);
      await sink.abort();
    });

    it("does not close a file that lacks bytes", async () => {
      const { output, files } = await make();
      const sink = await output.create("f", { size: 1001 });
      await sink.write(bytes, 0);
      await expect(sink.close()).rejects.toMatchObject({ code: "io/incomplete", facts: { expected: 1001, got: 1000 } });
      await sink.abort();
      expect((await files()).size).toBe(0);
    });

    it("refuses bytes past the size it was opened for", async () => {
      const { output } = await make();
      const sink = await output.create("f", { size: 999 });
      await expect(sink.write(bytes, 0)).rejects.toMatchObject({ code: "io/range" });
      await sink.abort();
    });

    it("keeps an earlier file until the next is closed, also when that is aborted", async () => {
      const { output, files } = await make();
      const write = async (content: Bytes) => {
        const sink = await output.create("f", { size: content.length });
        await sink.write(content, 0);
        return sink;
      };
      await (await write(bytes)).close();
      await (await write(patterned(10))).abort();
      expect(await files()).toEqual(new Map([["f", bytes]]));
      await (await write(patterned(10))).close();
      expect(await files()).toEqual(new Map([["f", patterned(10)]]));
    });

    it("makes empty files", async () => {
      const { output, files } = await make();
      await (await output.create("empty", { size: 0 })).close();
      expect(await files()).toEqual(new Map([["empty", new Uint8Array(0)]]));
    });

    it("removes a file, and minds no file that is not there", async () => {
      const { output, files } = await make();
      const sink = await output.create("a/f", { size: 1000 });
      await sink.write(bytes, 0);
      await sink.close();
      await output.remove("a/f");
      await output.remove("a/f");
      await output.remove("nowhere/f");
      expect((await files()).size).toBe(0);
    });

    it.each(["../f", "/f", "a\\f", ""])("refuses the path %j", async (path) => {
      const { output } = await make();
      await expect(output.create(path, { size: 1 })).rejects.toMatchObject({ code: "io/path" });
    });

    if (!resumes) return;

    it("goes on with the bytes of an unclosed try", async () => {
      const { output, files } = await make();
      const first = await output.create("f", { size: 1000 });
      await first.write(bytes.slice(0, 600), 0);
      await first.flush?.();
      await abandon(first);
      const second = await output.create("f", { size: 1000, resume: true });
      expect(second.kept).toBe(600);
      expect(await second.read?.(100, 600)).toEqual(bytes.slice(100, 600));
      await expect(second.read?.(500, 700)).rejects.toMatchObject({ code: "io/short-read" });
      await second.write(bytes.slice(600), 600);
      expect(await second.read?.(0, 1000)).toEqual(bytes);
      await second.close();
      expect(await files()).toEqual(new Map([["f", bytes]]));
    });

    it("lets go of a file that could not be closed: it is taken up again, or taken away", async () => {
      const { output, files } = await make();
      const first = await output.create("f", { size: 1000 });
      await first.write(bytes.slice(0, 600), 0);
      await expect(first.close()).rejects.toMatchObject({ code: "io/incomplete" });
      const second = await output.create("f", { size: 1000, resume: true });
      await second.write(bytes.slice(600, 999), 600);
      await expect(second.close()).rejects.toMatchObject({ code: "io/incomplete" });
      const third = await output.create("f", { size: 1000, resume: true });
      await third.write(bytes.slice(999), 999);
      await third.close();
      expect(await files()).toEqual(new Map([["f", bytes]]));
      const fourth = await output.create("g", { size: 1 });
      await expect(fourth.close()).rejects.toMatchObject({ code: "io/incomplete" });
      await fourth.abort();
      const fifth = await output.create("g", { size: 1, resume: true });
      await expect(fifth.close()).rejects.toMatchObject({ facts: { got: 0 } });
      await fifth.abort();
    });

    it("begins anew without resume, and where the earlier try was larger", async () => {
      const { output, files } = await make();
      for (const options of [{ size: 10 }, { size: 10, resume: true }]) {
        const first = await output.create("f", { size: 1000 });
        await first.write(bytes, 0);
        await abandon(first);
        const second = await output.create("f", options);
        await second.write(patterned(10), 0);
        await second.close();
        expect(await files()).toEqual(new Map([["f", patterned(10)]]));
      }
    });

    it("removes an unclosed file, so that nothing is left to resume", async () => {
      const { output } = await make();
      const first = await output.create("f", { size: 1000 });
      await first.write(bytes, 0);
      await abandon(first);
      await output.remove("f");
      const second = await output.create("f", { size: 1000, resume: true });
      await expect(second.close()).rejects.toMatchObject({ code: "io/incomplete", facts: { got: 0 } });
      await second.abort();
    });
  });
}

/** A picked folder shows an empty file from the start: no reader takes that for a model's. */
function nothingWhole(files: ReadonlyMap<string, Uint8Array>): boolean {
  return [...files.values()].every((bytes) => bytes.length === 0);
}

/** Leaves a file as a crash would: the system lets go of it, nobody closes or aborts it. */
async function abandon(sink: object): Promise<void> {
  const handle: unknown = "file" in sink ? sink.file : "access" in sink ? sink.access : undefined;
  if (isClosable(handle)) await handle.close();
}

function isClosable(value: unknown): value is { close(): unknown } {
  return typeof value === "object" && value !== null && "close" in value && typeof value.close === "function";
}
