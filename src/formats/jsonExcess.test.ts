import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memorySource } from "../io/memory";
import { parseIndex } from "./indexJson";
import { jsonExcess } from "./jsonExcess";
import { readSafetensors } from "./safetensors";

function file(header: string) {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return memorySource("m.safetensors", bytes);
}

const faultOf = (header: string) =>
  readSafetensors(file(header)).then(
    () => expect.unreachable("It was read."),
    (error: { code: string; message: string }) => ({
      code: error.code,
      characters: JSON.stringify(error).length + error.message.length,
    }),
  );

describe("what a JSON text holds", () => {
  it("counts levels and values as JSON.parse makes them", () => {
    const depthOf = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const depth = depthOf(value);
        expect(jsonExcess(text, { depth, values: 1e6 })).toBeUndefined();
        if (depth > 0) expect(jsonExcess(text, { depth: depth - 1, values: 1e6 })).toMatch(/levels/);
      }),
    );
  });

  it.each(['"[[[["', '{"a":"\\"[[["}', '"', '"\\', "]]]]"])("does not count what stands in text: %s", (text) => {
    expect(jsonExcess(text, { depth: 1, values: 2 })).toBeUndefined();
  });
});

describe("a safetensors header that was written to be too much", () => {
  it("may be made of a hundred megabytes of objects in objects", { timeout: 120_000 }, async () => {
    expect(await faultOf('{"":'.repeat(24_999_998))).toMatchObject({ code: "safetensors/header-excess" });
  });

  it.each([
    ["ten million empty objects", `{"a":[${"{},".repeat(10_000_000)}{}]}`, "safetensors/header-excess"],
    [
      "a shape of a million axes",
      `{"a":{"dtype":"F32","shape":[${"1,".repeat(999_999)}1],"data_offsets":[0,4]}}`,
      "safetensors/bad-shape",
    ],
    [
      "a name of a million characters",
      `{"${"head".repeat(250_000)}":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`,
      "safetensors/long-name",
    ],
    [
      "an element count beyond all numbers",
      '{"a":{"dtype":"F32","shape":[9007199254740991,9007199254740991],"data_offsets":[0,4]}}',
      "safetensors/too-large",
    ],
    [
      "a name of a megabyte that stands twice",
      `{"${"x".repeat(1_000_000)}":{},"${"x".repeat(1_000_000)}":{}}`,
      "safetensors/duplicate-name",
    ],
  ])("may have %s", async (_, header, code) => {
    const found = await faultOf(header);
    expect(found.code).toBe(code);
    expect(found.characters).toBeLessThan(10_000);
  });

  it("may have a hundred thousand tensors, and not a million", { timeout: 60_000 }, async () => {
    const entry = (k: number) => `"t${k}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`;
    const many = (count: number) => `{${Array.from({ length: count }, (_, k) => entry(k)).join(",")}}`;
    expect((await readSafetensors(file(many(100_000)))).tensors.length).toBe(100_000);
    expect(await faultOf(many(1_000_000))).toMatchObject({ code: "safetensors/header-excess" });
  });
});

it("an index of a million tensors in a thousand files is read; one without end is not", { timeout: 60_000 }, () => {
  const text = `{"weight_map":{${Array.from({ length: 1_000_000 }, (_, k) => `"t${k}":"f${k % 1000}.safetensors"`).join(",")}}}`;
  const index = parseIndex(text);
  expect(index.files.length).toBe(1000);
  expect(index.byFile.get("f7.safetensors")?.length).toBe(1000);
  expect(() => parseIndex(`{"weight_map":${"[".repeat(100_000)}`)).toThrow(
    expect.objectContaining({ code: "safetensors/index-excess" }),
  );
});
