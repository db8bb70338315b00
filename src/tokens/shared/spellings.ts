import { isObject, type UnknownObject } from "../../formats/json";
import type { Folder } from "../../io/types";
import { brokenFile, parseObject, readFolderText } from "../folderText";
import { isTokenId, noTokenId } from "../tokenId";
import { readTokenizerConfig, TOKENIZER_FILE } from "../tokenizerFiles";
import { readVocabulary } from "../vocabulary";
import { byteOfCharacter } from "./byteLevel";

/** How a tokenizer writes text into its tokens. */
export type Style = "byte-level" | "sentencepiece" | "wordpiece";

/** One spelling of a vocabulary. */
interface SpelledToken {
  readonly id: number;
  /** Whether it stands for a byte that no other token spells. */
  readonly fallback: boolean;
}

/** Which bytes each token of a vocabulary stands for; the tokens that were added to it are left out. */
export interface Spellings {
  readonly style: Style;
  /** By the bytes, one character each. Of several ids that spell the same, the one that counts: no byte fallback, then the lowest. */
  readonly ids: ReadonlyMap<string, number>;
  /** Tokens that spell something, those that spell the same as another included. */
  readonly tokens: number;
}

/** A token that is `<0x0A>` or the like. */
const FALLBACK = /^<0x([0-9A-Fa-f]{2})>$/;

/**
 * Reads what the tokens of a model folder spell, by its tokenizer's decoder: byte-level tokens by the table of bytes, those of
 * SentencePiece with `▁` as a blank and `<0xNN>` as that byte, those of WordPiece with a blank before all that do not go on with `##`.
 * Source: reference section 1.
 * @returns `undefined` where the folder has no tokenizer
 * @throws {AwaseError} `tokenizer/too-large`, `tokenizer/broken`, and what reading a file throws
 */
export async function readSpellings(folder: Folder, signal?: AbortSignal): Promise<Spellings | undefined> {
  const { added_tokens_decoder: decoder } = await readTokenizerConfig(folder, signal);
  const named = Object.keys(isObject(decoder) ? decoder : {}).map(Number);
  const text = await readFolderText(folder, TOKENIZER_FILE, signal);
  if (text !== undefined) {
    const definition = parseObject(folder, TOKENIZER_FILE.path, text);
    const listed = Array.isArray(definition.added_tokens) ? definition.added_tokens.filter(isObject) : [];
    const ids = listed.map(({ id }) => id).filter((id) => typeof id === "number");
    return spell(tokensOf(folder, definition), styleOf(definition), new Set([...named, ...ids]));
  }
  const vocabulary = await readVocabulary(folder, signal);
  if (!vocabulary) return undefined;
  // Without a definition a list of tokens is GPT-2's, a model of pieces SentencePiece's.
  const has = new Set((await folder.list(signal)).map(({ path }) => path));
  return spell(vocabulary.tokens, has.has("tokenizer.model") ? "sentencepiece" : "byte-level", new Set(named));
}

/** Tokens by id, those that were added left out: a list of pieces, or ids by token. */
function tokensOf(folder: Folder, { model }: UnknownObject): readonly (string | undefined)[] {
  const vocabulary = isObject(model) ? model.vocab : undefined;
  if (Array.isArray(vocabulary)) {
    return vocabulary.map((piece: unknown) => {
      const token: unknown = Array.isArray(piece) ? piece[0] : piece;
      return typeof token === "string" ? token : undefined;
    });
  }
  if (!isObject(vocabulary)) throw brokenFile(folder, TOKENIZER_FILE.path, "it has no vocabulary");
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of Object.entries(vocabulary)) {
    if (!isTokenId(id)) throw brokenFile(folder, TOKENIZER_FILE.path, noTokenId(id));
    tokens[id] = token;
  }
  return tokens;
}

/** @param added ids that do not count */
export function spell(tokens: readonly (string | undefined)[], style: Style, added: ReadonlySet<number>): Spellings {
  const spelled = new Map<string, SpelledToken>();
  let count = 0;
  for (const [id, token] of tokens.entries()) {
    if (token === undefined || added.has(id)) continue;
    const bytes = SPELL[style](token);
    if (bytes === undefined || bytes === "") continue;
    count++;
    const fallback = style === "sentencepiece" && FALLBACK.test(token);
    const known = spelled.get(bytes);
    if (!known || (known.fallback && !fallback)) spelled.set(bytes, { id, fallback });
  }
  return { style, ids: new Map([...spelled].map(([bytes, { id }]) => [bytes, id])), tokens: count };
}

const SPELL: Readonly<Record<Style, (token: string) => string | undefined>> = {
  "byte-level"(token) {
    let bytes = "";
    for (const character of token) {
      const byte = byteOfCharacter(character);
      if (byte === undefined) return undefined; // no text is made into this
      bytes += String.fromCharCode(byte);
    }
    return bytes;
  },
  sentencepiece(token) {
    const [, byte] = FALLBACK.exec(token) ?? [];
    return byte === undefined ? utf8(token.replaceAll("▁", " ")) : String.fromCharCode(Number.parseInt(byte, 16));
  },
  wordpiece: (token) => (token.startsWith("##") && token.length > 2 ? utf8(token.slice(2)) : utf8(` ${token}`)),
};

const encoder = new TextEncoder();

/** Bytes as characters: a key that is compared fast. */
function utf8(text: string): string {
  let ascii = true;
  for (let at = 0; ascii && at < text.length; at++) ascii = text.charCodeAt(at) < 128;
  if (ascii) return text;
  let bytes = "";
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

function styleOf({ model, decoder, pre_tokenizer: before }: UnknownObject): Style {
  if (isObject(model) && model.type === "WordPiece") return "wordpiece";
  return isByteLevel(decoder) || isByteLevel(before) ? "byte-level" : "sentencepiece";
}

function isByteLevel(step: unknown): boolean {
  if (!isObject(step)) return false;
  const steps = [step.decoders, step.pretokenizers].flatMap((list): readonly unknown[] =>
    Array.isArray(list) ? list : [],
  );
  return step.type === "ByteLevel" || steps.some(isByteLevel);
}
