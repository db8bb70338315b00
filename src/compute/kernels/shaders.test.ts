import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize, relative } from "node:path";
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

  it("both lie in rooms of one name, and the shader's name begins with that of its TypeScript", () => {
    const pairs = imports.filter(({ shader }) => !shader.startsWith(join("shaders", "common")));
    expect(pairs.length).toBeGreaterThan(0);
    for (const { from, shader } of pairs) {
      const room = dirname(from).replace(/^src\/(compute\/kernels\/)?/, "");
      expect(relative("shaders", dirname(shader)), `${shader} of ${from}`).toBe(room);
      const stem = basename(from, ".ts").replace(/Kernels?$/, "");
      expect(basename(shader, ".wgsl").startsWith(stem), `${shader} of ${from}`).toBe(true);
    }
  });

  it("WGSL is written in .wgsl files; the linker alone adds lines, by which specialisations differ", () => {
    const written = files("src", ".ts").filter((from) => {
      if (/\.test(ing)?\.ts$/.test(from) || dirname(from) === join("src", "compute", "kernels", "link")) return false;
      const code = readFileSync(from, "utf8").replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, "");
      return /\bfn \w+\(|@compute|var<workgroup>/.test(code);
    });
    expect(written).toEqual([]);
  });

  it("what stands in many modules is brought by the linker", () => {
    const common = imports.filter(({ shader }) => shader.startsWith(join("shaders", "common")));
    for (const { from, shader } of common)
      expect(dirname(from), shader).toBe(join("src", "compute", "kernels", "link"));
  });
});
