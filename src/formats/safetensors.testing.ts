import type { Bytes } from "../base/bytes";
import { concatenated } from "../io/sources.testing";

/** A safetensors file with this header text and as many bytes of data. */
export function fileWith(header: string | Uint8Array, dataBytes = 0, statedLength?: bigint): Bytes {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, statedLength ?? BigInt(text.length), true);
  const data = Uint8Array.from({ length: dataBytes }, (_, i) => i * 31 + 7);
  return concatenated([length, text, data]);
}
