import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "assembly");
const MODULE = "virtual:assembly/";

/** What both modules are compiled with: memory that threads share, and nothing of the compiler's own at run time. */
const FLAGS = [
  "-O3",
  "--runtime=stub",
  "--importMemory",
  "--sharedMemory",
  "--initialMemory=1",
  "--maximumMemory=65536",
  "--noAssert",
  "--use=abort=",
  "--enable=simd",
  "--enable=threads",
  "--disableWarning=112,201", // vectors that stay inside, and 64-bit memory
];
const VARIANTS = ["plain", "relaxed"] as const;
type Variant = (typeof VARIANTS)[number];
const FLAGS_OF: Readonly<Record<Variant, readonly string[]>> = { plain: [], relaxed: ["--enable=relaxed-simd"] };

/** The kernels of `assembly/` as a module with a string in base 64 for each variant. Compiled once for each state of the sources. */
export function assembly(): Plugin {
  return {
    name: "awase-assembly",
    resolveId: (id) => (variantOf(id) ? `\0${id}` : undefined),
    async load(id) {
      const variant = id.startsWith("\0") ? variantOf(id.slice(1)) : undefined;
      if (!variant) return undefined;
      for (const file of sourceFiles()) this.addWatchFile(join(sources, file));
      return `export const code = "${(await compiled(variant)).toString("base64")}";\n`;
    },
  };
}

function variantOf(id: string): Variant | undefined {
  return VARIANTS.find((variant) => id === MODULE + variant);
}

function sourceFiles(): readonly string[] {
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".ts")).sort();
}

/** The module's bytes. */
export async function compiled(variant: Variant): Promise<Buffer> {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules/assemblyscript/package.json"), "utf8"));
  const flags = [...FLAGS, ...FLAGS_OF[variant]];
  const hash = createHash("sha256").update(JSON.stringify([version, flags]));
  for (const file of sourceFiles()) hash.update(`\0${file}\0`).update(readFileSync(join(sources, file)));
  const folder = join(root, ".cache/assembly");
  const file = join(folder, `${hash.digest("hex").slice(0, 32)}.wasm`);
  try {
    return readFileSync(file);
  } catch {
    const bytes = await compile(flags);
    mkdirSync(folder, { recursive: true });
    const part = `${file}.${process.pid}`; // others may be compiling the same
    writeFileSync(part, bytes);
    renameSync(part, file);
    return bytes;
  }
}

async function compile(flags: readonly string[]): Promise<Buffer> {
  const { main } = await import("assemblyscript/asc"); // large, and not needed where nothing has changed
  let bytes: Buffer | undefined;
  const { error, stderr } = await main(["index.ts", "--outFile=kernels.wasm", ...flags], {
    readFile: (name, base) => {
      try {
        return readFileSync(join(sources, base, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_, contents) => {
      bytes = Buffer.from(contents);
    },
    listFiles: () => [],
  });
  if (error || !bytes)
    throw new Error(`The kernels of assembly/ do not compile.\n${stderr.toString()}`, { cause: error });
  return bytes;
}
