/**
 * Text of a file that people write: UTF-8, or the UTF-16 of Excel and PowerShell, which its byte order mark tells. A mark
 * stays in the text.
 * @returns nothing where the bytes are neither
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
