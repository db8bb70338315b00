import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const samples = "public/samples";
const names = readdirSync(samples, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

it.each(names)("%s: the manifest lists every file with its size", (name) => {
  const folder = join(samples, name);
  const files = readdirSync(folder).filter((path) => path !== "manifest.json");
  const found = files.sort().map((path) => ({ path, size: statSync(join(folder, path)).size }));
  expect(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"))).toEqual(found);
});
