import { describe, expect, it } from "vitest";
import { verifyWhole } from "./verify";

const HELLO = new TextEncoder().encode("hello\n");
const BASE = { path: "hello.txt", size: 6 };

describe("a file that was read whole", () => {
  it.each([
    ["sha256", { sha256: "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" }],
    ["git's blob id", { oid: "ce013625030ba8dba906f756967f9e9ca394464a" }],
    ["no published hash", {}],
  ])("passes by %s", async (_, hashes) => {
    await verifyWhole({ ...BASE, ...hashes }, HELLO);
  });

  it.each([
    ["sha256", { sha256: "0".repeat(64), oid: "ce013625030ba8dba906f756967f9e9ca394464a" }],
    ["git blob id", { oid: "0".repeat(40) }],
  ])("fails by %s, with both hashes", async (kind, hashes) => {
    await expect(verifyWhole({ ...BASE, ...hashes }, HELLO)).rejects.toMatchObject({
      code: "hub/bad-hash",
      facts: { path: "hello.txt", kind, published: expect.stringMatching(/^0+$/) },
    });
  });
});
