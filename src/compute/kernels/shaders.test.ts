import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const files = (folder: string, end: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name));

/** Every import of a shader, as the file that imports and the file that is imported. */
const imports = files("src", ".ts")
  .filter((from) => !from.endsWith(".test.ts"))
  .flatMap((from) =>
    [...readFileSync(from, "utf8").matchAll(/from "([^"]+\.wgsl)\?raw"/g)].map(([, path = ""]) => ({
      from,
      shader: normalize(join(dirname(from), path)),
    })),
  );

describe("shaders and their TypeScript", () => {
  it("each shader belongs to exactly one TypeScript file, and each import to a shader", () => {
    expect(imports.map(({ shader }) => shader).sort()).toEqual(files("shaders", ".wgsl").sort());
  });

  it("kernels find their shaders in the room of the same name, under a name that begins with theirs", () => {
    const kernels = imports.filter(({ from }) => /^src\/compute\/kernels\/\w+\//.test(from));
    expect(kernels.length).toBeGreaterThan(0);
    for (const { from, shader } of kernels) {
      expect(basename(dirname(shader)), shader).toBe(basename(dirname(from)));
      const stem = basename(from, ".ts").replace(/Kernels$/, "");
      expect(basename(shader, ".wgsl").startsWith(stem), `${shader} of ${from}`).toBe(true);
    }
  });
});
