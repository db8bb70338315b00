/**
 * Byte by character, as byte-level tokenizers write them: printable bytes of Latin-1 are themselves, the others stand from U+0100 on, in
 * their order. Source: `bytes_to_unicode` of GPT-2.
 */
const BYTES: ReadonlyMap<string, number> = table();

/** The byte that a character of a byte-level token stands for. */
export function byteOfCharacter(character: string): number | undefined {
  return BYTES.get(character);
}

function table(): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  let beyond = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    bytes.set(String.fromCharCode(printable ? byte : beyond++), byte);
  }
  return bytes;
}
