import { AwaseError, type ErrorFacts } from "../../base/errors";
import { quoted } from "../../formats/json";

/** Bytes of a file's beginning by which it is recognised: a pointer of Git LFS is shorter, an archive's mark stands at 257. */
export const LOOK_BYTES = 512;

/** What a file is that should have been something else. */
interface Impostor {
  readonly code: `model/${string}`;
  /** A clause: what was found instead. */
  readonly found: string;
  readonly advice: string;
  readonly facts?: ErrorFacts;
}

const AGAIN = "Download the file again";

/**
 * Tells by its first bytes what was downloaded or renamed in the place of a file of a model; the name counts for nothing.
 * @param head the first `LOOK_BYTES` of the file, or all of it
 * @param expected what the file should be: "a safetensors file"
 * @returns `model/lfs-pointer`, `model/web-page`, `model/gguf`, `model/pickle`, `model/archive`, `model/empty-file`,
 *   `model/text-file`; undefined for bytes that look like nothing of the kind
 */
export function recognise(
  { model, file, expected }: { readonly model: string; readonly file: string; readonly expected: string },
  head: Uint8Array,
  size: number,
): AwaseError | undefined {
  const impostor = impostorOf(head, size);
  if (!impostor) return undefined;
  const { code, found, advice, facts } = impostor;
  return new AwaseError(code, `${file} of ${model} is ${found}, not ${expected}. ${advice}.`, {
    facts: { model, file, ...facts },
  });
}

function impostorOf(head: Uint8Array, size: number): Impostor | undefined {
  const binary = binaryKind(head, size);
  if (binary) return binary;
  const text = plainText(head, size);
  if (text === undefined) return undefined;
  const pointer = /^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\/[\s\S]*?\nsize (\d+)/.exec(text);
  if (pointer) {
    const stated = Number(pointer[1]);
    return {
      code: "model/lfs-pointer",
      found: `a pointer of Git LFS (${size} bytes, in the place of ${stated})`,
      advice: "The files were cloned without their content: run `git lfs pull` in the folder, or download them again",
      facts: { size, stated },
    };
  }
  if (/^\s*(?:<!--[\s\S]*?-->\s*)?<(?:!doctype|html|head|body|\?xml|error|title)/i.test(text)) {
    return {
      code: "model/web-page",
      found: "a web page",
      advice: `What was saved is a page about the file, or one that asks to sign in. ${AGAIN}, from its \`resolve\` address`,
      facts: { size },
    };
  }
  const begins = text.trim().split(/\r?\n/, 1)[0] ?? "";
  return {
    code: "model/text-file",
    found: `a text that begins with ${quoted(begins.slice(0, 80))}`,
    advice: `It is probably the answer of a server that refused. ${AGAIN}`,
    facts: { size, begins: begins.slice(0, 80) },
  };
}

function binaryKind(head: Uint8Array, size: number): Impostor | undefined {
  const mark = latin(head.subarray(0, 8));
  if (/^(?:GGUF|FUGG|GGML|lmgg|fmgg|tjgg|algg|ggjt|ggml|ggmf|ggla)/.test(mark)) {
    return {
      code: "model/gguf",
      found: "a GGUF file",
      advice: "GGUF holds quantised weights for llama.cpp and cannot be merged: use the original model in safetensors",
    };
  }
  const [first = 0, second = 0] = head;
  if (mark.startsWith("PK\x03\x04") || (first === 0x80 && second >= 2 && second <= 5)) {
    return {
      code: "model/pickle",
      found: "a file of PyTorch (pickle)",
      advice:
        "Pickle can run code when it is opened and is never read here: use a version in safetensors, or convert it with transformers (save_pretrained)",
    };
  }
  const archive = archiveKind(mark, head);
  if (archive) {
    return {
      code: "model/archive",
      found: `an archive (${archive})`,
      advice: "Unpack it, and add what is in it",
      facts: { kind: archive },
    };
  }
  if (size > 0 && head.every((byte) => byte === 0)) {
    return {
      code: "model/empty-file",
      found: `empty (its first ${head.length} of ${size} bytes are zeros)`,
      advice: `The download reserved the room and never filled it. ${AGAIN}`,
      facts: { size },
    };
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
