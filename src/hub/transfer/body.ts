import type { Bytes } from "../../base/bytes";

/** A buffer that is filled from the front by one or several answers. */
export class Filling {
  readonly bytes: Bytes;
  #filled = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  get filled(): number {
    return this.#filled;
  }

  get isFull(): boolean {
    return this.#filled === this.bytes.length;
  }

  /** @returns false, and takes nothing, when the piece does not fit */
  push(piece: Uint8Array): boolean {
    if (piece.length > this.bytes.length - this.#filled) return false;
    this.bytes.set(piece, this.#filled);
    this.#filled += piece.length;
    return true;
  }
}

/** The pieces of a body as they arrive. */
async function* pieces(response: Response, onPiece: () => void): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      onPiece();
      yield next.value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * Fills up from a body. One that breaks when everything is there has done no harm.
 * @throws when it breaks before, or has more than fits
 */
export async function fill(filling: Filling, response: Response, onPiece: () => void): Promise<void> {
  let surplus = false;
  try {
    for await (const piece of pieces(response, onPiece)) {
      surplus = !filling.push(piece);
      if (surplus) throw new RangeError("more bytes than asked for");
    }
  } catch (error) {
    if (surplus || !filling.isFull) throw error;
  }
  if (!filling.isFull) throw new RangeError("fewer bytes than asked for");
}

/** A whole body of at most `cap` bytes. @throws when it is longer, or breaks off */
export async function readWhole(response: Response, cap: number, onPiece: () => void): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces(response, onPiece)) {
    parts.push(piece);
    length += piece.length;
    if (length > cap) throw new RangeError(`An answer has more than ${cap} bytes.`);
  }
  const whole = new Filling(length);
  for (const part of parts) whole.push(part);
  return whole.bytes;
}
