import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AwaseError } from "../../base/errors";
import { decodeShare, encodeShare, MAX_INFLATED_BYTES, MAX_LINK_CHARACTERS, MAX_NAME_CHARACTERS } from "./share";

const shared = {
  name: "日本語 × math",
  recipe: "merge_method: linear # 合わせ\nmodels: []\n",
};

function packed(json: string | Uint8Array): string {
  return `#r=1.${deflateRawSync(json).toString("base64url")}`;
}

async function code(fragment: string): Promise<string> {
  try {
    await decodeShare(fragment);
    return "read";
  } catch (error) {
    if (error instanceof AwaseError) return error.code;
    throw error;
  }
}

describe("share links", () => {
  it("carry a recipe there and back", async () => {
    expect(await decodeShare(await encodeShare(shared))).toEqual(shared);
  });

  it("carry any text", async () => {
    const anything = fc.record({
      name: fc.string({ maxLength: 60, unit: "grapheme" }),
      recipe: fc.string({ maxLength: 4000, unit: "grapheme" }),
    });
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        expect(await decodeShare(await encodeShare(value))).toEqual(value);
      }),
    );
  });

  it("refuse a recipe that does not fit", async () => {
    const noise = Array.from({ length: 20_000 }, (_, index) => Math.abs(Math.sin(index)).toString(36).slice(4, 9)).join(
      "",
    );
    await expect(encodeShare({ ...shared, recipe: noise })).rejects.toMatchObject({ code: "share/too-long" });
  });

  it("refuse a name that could not be read again", async () => {
    const longest = { ...shared, name: "長".repeat(MAX_NAME_CHARACTERS) };
    expect(await decodeShare(await encodeShare(longest))).toEqual(longest);
    await expect(encodeShare({ ...longest, name: `${longest.name}い` })).rejects.toMatchObject({
      code: "share/long-name",
      facts: { found: MAX_NAME_CHARACTERS + 1, limit: MAX_NAME_CHARACTERS },
    });
  });

  it("answer every mutation with a recipe or a coded error", async () => {
    const good = await encodeShare(shared);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.string({ maxLength: 3 }), async (at, insert) => {
        expect(await code(good.slice(0, at) + insert + good.slice(at + 1))).toMatch(/^(read|share\/[a-z-]+)$/);
      }),
      { numRuns: 1500 },
    );
  });

  it("answer any bytes with a coded error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await code(`#r=1.${Buffer.from(bytes).toString("base64url")}`)).toMatch(/^share\//);
        expect(await code(packed(bytes))).toMatch(/^share\//);
      }),
      { numRuns: 1500 },
    );
  });

  it("answer any JSON with a recipe or a coded error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        expect(await code(packed(json))).toMatch(/^share\//);
      }),
    );
  });

  it.each([
    ["a bomb", packed(new Uint8Array(16 * 1024 * 1024)), "share/damaged"],
    ["one byte over the cap", packed(" ".repeat(MAX_INFLATED_BYTES + 1)), "share/damaged"],
    ["a newer version", "#r=2.AAAA", "share/version"],
    ["no version", "#r=AAAA", "share/damaged"],
    ["a long link", `#r=1.${"A".repeat(MAX_LINK_CHARACTERS)}`, "share/too-long"],
    ["a number for a recipe", packed(JSON.stringify({ ...shared, recipe: 1 })), "share/damaged"],
    ["a name like a book", packed(JSON.stringify({ ...shared, name: "a".repeat(201) })), "share/damaged"],
    ["an empty payload", "#r=1.", "share/damaged"],
  ])("turn %s away", async (_name, fragment, expected) => {
    expect(await code(fragment)).toBe(expected);
  });
});
