/** Wire types of protocol buffers. */
const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5] as const;

/**
 * The pieces of a SentencePiece model, in the order of their ids. Of its protocol buffer only field 1 of the message
 * (`pieces`) and field 1 of each piece (its text) are read.
 * @returns `undefined` for bytes that are no such model
 */
export function sentencePieces(bytes: Uint8Array): string[] | undefined {
  const pieces: string[] = [];
  const decoder = new TextDecoder();
  for (const field of fields(bytes)) {
    if (!field) return undefined;
    if (field.number !== 1 || !field.value) continue;
    let text: string | undefined;
    for (const inner of fields(field.value)) {
      if (!inner) return undefined;
      if (inner.number === 1 && inner.value) text = decoder.decode(inner.value);
    }
    if (text === undefined) return undefined;
    pieces.push(text);
  }
  return pieces.length > 0 ? pieces : undefined;
}

/** The fields of a message, those of some length with their bytes; `undefined` where it is broken. */
function* fields(bytes: Uint8Array): Generator<{ number: number; value?: Uint8Array } | undefined, void, undefined> {
  let at = 0;
  const varint = (): number | undefined => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const key = varint();
    if (key === undefined) return yield undefined;
    const [number, type] = [Math.floor(key / 8), key % 8];
    if (type === LENGTH) {
      const length = varint();
      if (length === undefined || at + length > bytes.length) return yield undefined;
      yield { number, value: bytes.subarray(at, at + length) };
      at += length;
      continue;
    }
    if (type === VARINT) {
      if (varint() === undefined) return yield undefined;
    } else if (type === FIXED64) at += 8;
    else if (type === FIXED32) at += 4;
    else return yield undefined;
    if (at > bytes.length) return yield undefined;
    yield { number };
  }
}
