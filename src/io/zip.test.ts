import { crc32 } from "node:zlib";
import { expect, it } from "vitest";
import type { Bytes } from "../base/bytes";
import { patterned } from "./sources.testing";
import { zipStream } from "./zip";

/** Files of a zip as its central directory lists them (PKWARE APPNOTE 4.3.12), each read from its local header. */
function unzip(zip: Bytes): { path: string; method: number; crc: number; bytes: Uint8Array }[] {
  const view = new DataView(zip.buffer);
  const end = zip.length - 22; // the record at the end, which has no comment
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  const files = [];
  for (let at = view.getUint32(end + 16, true); at < end; ) {
    expect(view.getUint32(at, true)).toBe(0x02014b50);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const data = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    files.push({
      path: new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameLength)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      bytes: zip.slice(data, data + size),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

it("stores files under their paths, with their checksums", async () => {
  const files = [
    { path: "model/config.json", bytes: new TextEncoder().encode("{}") },
    { path: "model/日本.bin", bytes: patterned(100_000) },
    { path: "empty", bytes: new Uint8Array(0) },
  ];
  const stream = zipStream(files.map(({ path, bytes }) => ({ path, file: new Blob([bytes]) })));
  const zip = new Uint8Array(await new Response(stream).arrayBuffer());
  expect(unzip(zip)).toEqual(files.map(({ path, bytes }) => ({ path, method: 0, crc: crc32(bytes), bytes })));
});

it("takes no path out of its folder", async () => {
  const zip = zipStream([{ path: "../a", file: new Blob(["x"]) }]);
  await expect(new Response(zip).arrayBuffer()).rejects.toMatchObject({ code: "io/path" });
});
