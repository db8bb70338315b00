import { expect, it } from "vitest";
import { asFileName, checkPath, splitPath } from "./path";

it.each([
  "a",
  "model-00001-of-00002.safetensors",
  "a/b/c.json",
  "..a",
  "a..",
  ".gitattributes",
  "日本/語.txt",
  "a b",
  "c%2F",
])("takes %s", (path) => expect(checkPath(path)).toBe(path));

it.each([
  ["", "empty"],
  ["/a", "absolute"],
  ["..", ".."],
  ["a/../b", ".."],
  ["../a", ".."],
  ["./a", "."],
  ["a//b", "empty part"],
  ["a/", "empty part"],
  ["a\\b", "backslash"],
  ["C:a", "drive letter"],
  ["c:/a", "drive letter"],
  ["a\0.json", "NUL"],
  ["x".repeat(1025), "1025"],
])("refuses %j", (path, reason) => {
  expect(() => checkPath(path)).toThrowError(
    expect.objectContaining({ code: "io/path", message: expect.stringContaining(reason) }),
  );
});

it("splits a path into folders and file", () => {
  expect(splitPath("a/b/c")).toEqual({ folders: ["a", "b"], file: "c" });
  expect(splitPath("c")).toEqual({ folders: [], file: "c" });
});

it.each([
  ["merged", "merged"],
  ["../x", "_x"],
  ["a/b\\c", "a_b_c"],
  ["日本語 モデル", "日本語 モデル"],
  ['what? "this": <that>|*', "what_ _this_ _that_"],
  ["v1.2.", "v1.2"],
  ["..", "model"],
  ["  ", "model"],
  ["///", "model"],
  ["nul.txt", "_nul.txt"],
  ["tab\there", "tab_here"],
  ["🦙".repeat(200), "🦙".repeat(60)],
])("calls %j the file %j", (name, file) => {
  expect(asFileName(name, "model")).toBe(file);
  expect(checkPath(`${file}/config.json`)).toBe(`${file}/config.json`);
});
