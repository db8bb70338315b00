import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../../devices/cpu";
import { chooseVariant } from "./matmulChoice";

const software = openCpuDevice({ reason: "A test asks it." });
const gpu = { ...software, traits: { cheapBarriers: true } };
const rows = (k: number) => ({ layout: "rows", first: 0, stride: k, k }) as const;

describe("the kernel of a matrix product", () => {
  it("needs no barrier on software adapters", async () => {
    expect(await chooseVariant(software, 1, 4096, rows(512))).toBe("registers 1x4");
    expect(await chooseVariant(software, 500, 4096, rows(512))).toBe("registers 4x4");
  });

  it("reads each weight once for a few rows on a GPU", async () => {
    expect(await chooseVariant(gpu, 1, 4096, rows(512))).toBe("dots 4x8");
  });

  it("grows its tiles with the result on a GPU", async () => {
    expect(await chooseVariant(gpu, 20, 512, rows(512))).toBe("tile 16x64");
    expect(await chooseVariant(gpu, 512, 2048, rows(512))).toBe("tile 64x64");
    expect(await chooseVariant(gpu, 2048, 2048, rows(512))).toBe("tile 128x128");
  });

  it("falls back to what can read the weight", async () => {
    expect(await chooseVariant(gpu, 1, 64, rows(12))).toBe("tile 16x64");
    for (const device of [gpu, software]) {
      expect(await chooseVariant(device, 100, 64, rows(13))).toBe("scalar");
      const columns = { layout: "columns", first: 0, stride: 66, k: 32 } as const;
      expect(await chooseVariant(device, 100, 66, columns)).toBe("scalar");
      expect(await chooseVariant(device, 100, 64, { ...columns, stride: 64 })).not.toBe("scalar");
    }
  });
});
