import type { AwaseError } from "../../base/errors";
import { modelFailure } from "../failures";

/** Bytes of a file's beginning by which it is recognised: a pointer of Git LFS is shorter, an archive's mark stands at 257. */
export const LOOK_BYTES = 512;

/** A file of a model, and what it should be: "a safetensors file". */
interface Expected {
  readonly model: string;
  readonly file: string;
  readonly expected: string;
}

/**
 * Tells by its first bytes what was downloaded or renamed in the place of a file of a model; the name counts for nothing.
 * @param head the first `LOOK_BYTES` of the file, or all of it
 * @returns `model/lfs-pointer`, `model/web-page`, `model/gguf`, `model/pickle`, `model/archive`, `model/empty-file`,
 *   `model/text-file`; undefined for bytes that look like nothing of the kind
 */
export function recognise(of: Expected, head: Uint8Array, size: number): AwaseError | undefined {
  const binary = binaryKind(of, head, size);
  if (binary) return binary;
  const text = plainText(head, size);
  if (text === undefined) return undefined;
  const pointer = /^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\/[\s\S]*?\nsize (\d+)/.exec(text);
  if (pointer) {
    const stated = Number(pointer[1]);
    return modelFailure("model/lfs-pointer", { ...of, size, stated });
  }
  if (/^\s*(?:<!--[\s\S]*?-->\s*)?<(?:!doctype|html|head|body|\?xml|error|title)/i.test(text)) {
    return modelFailure("model/web-page", { ...of, size });
  }
  const begins = text.trim().split(/\r?\n/, 1)[0] ?? "";
  return modelFailure("model/text-file", { ...of, size, begins: begins.slice(0, 80) });
}

function binaryKind(of: Expected, head: Uint8Array, size: number): AwaseError | undefined {
  const mark = latin(head.subarray(0, 8));
  if (/^(?:GGUF|FUGG|GGML|lmgg|fmgg|tjgg|algg|ggjt|ggml|ggmf|ggla)/.test(mark)) {
    return modelFailure("model/gguf", of);
  }
  const [first = 0, second = 0] = head;
  if (mark.startsWith("PK\x03\x04") || (first === 0x80 && second >= 2 && second <= 5)) {
    return modelFailure("model/pickle", of);
  }
  const archive = archiveKind(mark, head);
  if (archive) {
    return modelFailure("model/archive", { ...of, kind: archive });
  }
  if (size > 0 && head.every((byte) => byte === 0)) {
    return modelFailure("model/empty-file", { ...of, zeros: head.length, size });
  }
  return undefined;
}

function archiveKind(mark: string, head: Uint8Array): string | undefined {
  if (mark.startsWith("\x1f\x8b")) return "gzip";
  if (mark.startsWith("7z\xbc\xaf")) return "7z";
  if (mark.startsWith("Rar!")) return "rar";
  if (mark.startsWith("\x28\xb5\x2f\xfd")) return "zstd";
  if (mark.startsWith("\xfd7zXZ")) return "xz";
  if (mark.startsWith("BZh")) return "bzip2";
  if (latin(head.subarray(257, 262)) === "ustar") return "tar";
  return mark.startsWith("\x89HDF") ? "HDF5" : undefined;
}

/** The beginning as text, where it is nothing but text. A character cut in two at the end is none of its own. */
function plainText(head: Uint8Array, size: number): string | undefined {
  if (size === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: head.length < size });
  } catch {
    return undefined;
  }
  return /[^\P{Cc}\s]/u.test(text) || text.trim() === "" ? undefined : text;
}

function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
