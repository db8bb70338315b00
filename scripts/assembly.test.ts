import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { compiled } from "./assembly";

it.each(["plain", "relaxed"] as const)(
  "the %s kernels of WebAssembly stay within 150 kB, as they are loaded",
  async (variant) => {
    const loaded = gzipSync((await compiled(variant)).toString("base64"));
    expect(loaded.length).toBeLessThanOrEqual(150_000);
  },
);
