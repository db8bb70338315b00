import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Bytes } from "../../base/bytes";
import { filesFolder } from "../../io/file";
import { nodeFolder } from "../../io/node";
import { openCheckpoint } from "../../model/open";
import { GOLDEN } from "../session.testing";
import { contentKey } from "./contentKey";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "awase-key-"));
  cpSync(join(GOLDEN, "models/a"), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const weights = () => join(folder, "model.safetensors");
const keyOnDisk = async () => contentKey(await openCheckpoint("x", nodeFolder(folder)));

function keyOfDropped(lastModified: number, bytes = readFileSync(weights())): Promise<string> {
  const file = (path: string, content: Bytes) => ({
    path,
    file: new File([content], path, { lastModified }),
  });
  const files = [file("config.json", readFileSync(join(folder, "config.json"))), file("model.safetensors", bytes)];
  return openCheckpoint("x", filesFolder("x", files)).then((model) => contentKey(model));
}

/** The weights with another bit in the middle of each stretch of so many bytes. */
function edited(step: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(readFileSync(weights()));
  for (let at = 20_000; at < bytes.length; at += step) bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

it("is the same as long as nobody writes to the model", async () => {
  expect(await keyOnDisk()).toBe(await keyOnDisk());
  expect(await keyOfDropped(7)).toBe(await keyOfDropped(7));
});

it("is another once a base was changed, though its size and date were kept", async () => {
  const before = await keyOnDisk();
  const { atime, mtime } = statSync(weights());
  writeFileSync(weights(), edited(1e9)); // one bit in all
  utimesSync(weights(), atime, mtime);
  expect(await keyOnDisk()).not.toBe(before);
});

it("is another for dropped files of another date, and for other weights of the same date", async () => {
  const before = await keyOfDropped(7);
  expect(await keyOfDropped(8)).not.toBe(before);
  expect(await keyOfDropped(7, edited(4000))).not.toBe(before);
});

it("is another for another text in the header alone", async () => {
  const before = await keyOfDropped(7);
  const bytes = Buffer.from(readFileSync(weights()));
  bytes.write("tf", bytes.indexOf('"format":"pt"') + '"format":"'.length);
  expect(bytes.equals(readFileSync(weights()))).toBe(false);
  expect(await keyOfDropped(7, bytes)).not.toBe(before);
});
