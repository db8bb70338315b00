import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dropFiles } from "./pages/dropFiles";
import { expect, test } from "./studio";

const MODEL = join(import.meta.dirname, "golden/merge/models/a");
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** A model as the Hub's own clients keep it: files by their hash, and a snapshot of links to them. @returns its snapshot */
function cacheFolder(folder: string): string {
  const snapshot = join(folder, "snapshots", COMMIT);
  for (const path of [join(folder, "blobs"), join(folder, "refs"), snapshot]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, "refs/main"), COMMIT);
  for (const name of readdirSync(MODEL)) {
    const hash = createHash(name.endsWith(".safetensors") ? "sha256" : "sha1");
    const blob = hash.update(readFileSync(join(MODEL, name))).digest("hex");
    cpSync(join(MODEL, name), join(folder, "blobs", blob));
    symlinkSync(join("../../blobs", blob), join(snapshot, name));
  }
  return snapshot;
}

test("of a folder of the Hub's cache Chromium shows no link: the card says so, with a way out", async ({
  studio,
  page,
}, info) => {
  const folder = info.outputPath("models--acme--a");
  const snapshot = cacheFolder(folder);
  await studio.openEmpty();
  await dropFiles(page, folder);
  await expect(studio.models.failures).toContainText("only 5 nameless files in blobs/ can be read");
  await expect(studio.models.failures).toContainText("cp -rL");
  await dropFiles(page, snapshot);
  await expect(studio.models.failures.last()).toContainText(`No file can be read in ${COMMIT}`);

  const copy = info.outputPath("copied");
  cpSync(snapshot, copy, { recursive: true, dereference: true });
  await studio.models.drop(copy);
});
