import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readTextFile } from "./textFile";

const folder = await mkdtemp(join(tmpdir(), "awase-text-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

it("gives the text as it stands, from where the user stands", async () => {
  await writeFile(join(folder, "レシピ 1.yaml"), "\uFEFFmerge_method: linear\r\n");
  expect(await readTextFile("レシピ 1.yaml", folder)).toEqual({ text: "\uFEFFmerge_method: linear\r\n" });
});

it("reads the UTF-16 that PowerShell and Excel write", async () => {
  await writeFile(join(folder, "utf16.yaml"), Buffer.from("\uFEFFmerge_method: linear", "utf16le"));
  expect(await readTextFile("utf16.yaml", folder)).toEqual({ text: "\uFEFFmerge_method: linear" });
});

it("says of a text in another encoding that it is", async () => {
  await writeFile(join(folder, "sjis.txt"), new Uint8Array([0x93, 0xfa, 0x96, 0x7b]));
  expect(await readTextFile("sjis.txt", folder)).toEqual({
    mistake: `${join(folder, "sjis.txt")} is not UTF-8 text. Save it as UTF-8.`,
  });
});

it("tells a missing file from a folder", async () => {
  expect(await readTextFile("missing", folder)).toEqual({
    mistake: `There is no file ${join(folder, "missing")}. Check the path.`,
  });
  expect(await readTextFile(".", folder)).toEqual({
    mistake: `${folder} is a folder, where a file was expected. Name a file in it.`,
  });
});
