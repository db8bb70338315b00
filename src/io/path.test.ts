import { expect, it } from "vitest";
import { checkPath, splitPath } from "./path";

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
