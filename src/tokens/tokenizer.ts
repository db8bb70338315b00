import { Tokenizer as Library } from "@huggingface/tokenizers";
import { AwaseError } from "../base/errors";
import { sha256 } from "../base/hashes";
import { isObject, type UnknownObject } from "../formats/json";
import type { Folder } from "../io/types";
import { tokenFailure } from "./failures";
import { brokenFile, parseObject, readFolderText } from "./folderText";
import { namedToken, type TokenName, withNamedTokens } from "./namedTokens";
import { boundPatterns, checkDefinition } from "./patterns/boundTokenizer";
import type { Effort } from "./patterns/effort";
import { withIsolatedSplits } from "./splitBehaviour";
import { readTokenizerConfig, TOKENIZER_FILE } from "./tokenizerFiles";
import type { TokenIds } from "./types";

/** Text to token ids and back, as transformers does it for one model folder. */
export interface Tokenizer {
  /**
   * Token ids of a text. Throws `tokenizer/too-much` where the definition needs far more time for it than any should.
   * `special`: with the tokens the tokenizer puts around every text (BOS), as for a prompt that no
   * template was applied to; without it only those that stand in the text.
   */
  encode(text: string, options: { readonly special: boolean }): number[];
  /** Text of token ids; ids that no token has are left out. `skipSpecial` leaves out the special ones too. */
  decode(ids: TokenIds, options: { readonly skipSpecial: boolean }): string;
  /** A token as the vocabulary spells it (bytes as stand-in characters, spaces as ▁ or Ġ). */
  tokenOf(id: number): string | undefined;
  idOf(token: string): number | undefined;
  /** Whether a token is a sign between texts rather than part of one: what `skipSpecial` leaves out. */
  isSpecial(id: number): boolean;
  /** UTF-8 bytes of text that a token stands for. */
  byteLength(id: number): number;
  /** Ids put before every text, mostly BOS alone or nothing. */
  readonly prefix: TokenIds;
  readonly addsBos: boolean;
  readonly bos?: number;
  readonly eos?: number;
  /** One more than the highest id. A model's head may have more rows: padding. */
  readonly vocabularySize: number;
  /** Hash of everything that decides ids and text: two tokenizers with one key give the same ids for every text. */
  readonly key: string;
}

/**
 * Opens the tokenizer of a model folder: `tokenizer.json`, and `tokenizer_config.json` where there is one.
 * What the definition makes the library do is bounded: see `patterns`.
 * @throws {AwaseError} `tokenizer/missing`, `tokenizer/too-large`, `tokenizer/broken`, `tokenizer/too-much`
 */
export async function openTokenizer(folder: Folder, signal?: AbortSignal): Promise<Tokenizer> {
  const text = await readFolderText(folder, TOKENIZER_FILE, signal);
  if (text === undefined) {
    throw tokenFailure("tokenizer/missing", { folder: folder.name, file: TOKENIZER_FILE.path });
  }
  const config = await readTokenizerConfig(folder, signal);
  const definition = withNamedTokens(parseObject(folder, TOKENIZER_FILE.path, text), config);
  const key = await contentKey({ definition, config });
  signal?.throwIfAborted();
  try {
    checkDefinition(definition);
    const library = new Library(withIsolatedSplits(definition), config);
    return new FolderTokenizer(library, { definition, config }, key, (cause) => unknownKind(folder, cause));
  } catch (cause) {
    throw cause instanceof AwaseError ? cause : unknownKind(folder, cause);
  }
}

/** The definition is none that the library can work by, as it finds when it is opened or at some text. */
function unknownKind(folder: Folder, cause: unknown): AwaseError {
  const what =
    cause instanceof RangeError ? "it is nested too deeply" : cause instanceof Error ? cause.message : String(cause);
  return brokenFile(folder, TOKENIZER_FILE.path, `it describes no tokenizer that is known (${what})`, cause);
}

/** The two files of a tokenizer, parsed. */
interface Files {
  readonly definition: UnknownObject;
  readonly config: UnknownObject;
}

class FolderTokenizer implements Tokenizer {
  readonly #library: Library;
  readonly #effort: Effort;
  readonly #vocabulary: readonly string[];
  readonly #added: ReadonlySet<number>;
  readonly #special: ReadonlySet<number>;
  readonly #suffix: TokenIds;
  readonly #cleanUp: boolean;
  readonly #bytesAsCharacters: boolean;
  readonly prefix: TokenIds;
  readonly bos?: number;
  readonly eos?: number;

  constructor(
    library: Library,
    { definition, config }: Files,
    readonly key: string,
    private readonly unknownKind: (cause: unknown) => AwaseError,
  ) {
    this.#library = library;
    this.#effort = boundPatterns(library);
    this.#vocabulary = library.model?.vocab ?? [];
    const added = [...library.get_added_tokens_decoder().values()];
    this.#added = new Set(added.map(({ id }) => id));
    // A vocabulary may call its byte tokens special; they still stand for text.
    this.#special = new Set(added.filter(({ special, content }) => special && !BYTE.test(content)).map(({ id }) => id));
    this.#cleanUp = config.clean_up_tokenization_spaces === true;
    this.#bytesAsCharacters = isByteLevel(definition.decoder);
    const bos = this.#idNamed(config, "bos_token");
    const eos = this.#idNamed(config, "eos_token");
    if (bos !== undefined) this.bos = bos;
    if (eos !== undefined) this.eos = eos;
    const { prefix, suffix } = isExplicit(config)
      ? {
          prefix: bos !== undefined && config.add_bos_token === true ? [bos] : [],
          suffix: eos !== undefined && config.add_eos_token === true ? [eos] : [],
        }
      : this.#surroundings();
    this.prefix = prefix;
    this.#suffix = suffix;
  }

  get addsBos(): boolean {
    return this.prefix.length > 0;
  }

  get vocabularySize(): number {
    return this.#vocabulary.length;
  }

  encode(text: string, { special }: { readonly special: boolean }): number[] {
    const ids = this.#plain(text);
    return special ? [...this.prefix, ...ids, ...this.#suffix] : ids;
  }

  decode(ids: TokenIds, { skipSpecial }: { readonly skipSpecial: boolean }): string {
    const kept = ids.filter((id) => this.tokenOf(id) !== undefined && !(skipSpecial && this.#special.has(id)));
    if (kept.length === 0) return ""; // which the library refuses
    const length = kept.reduce((sum, id) => sum + (this.tokenOf(id)?.length ?? 0), 0);
    return this.#bounded(length, () =>
      this.#library.decode(kept, { skip_special_tokens: false, clean_up_tokenization_spaces: this.#cleanUp }),
    );
  }

  tokenOf(id: number): string | undefined {
    const token: unknown = Number.isInteger(id) ? this.#vocabulary[id] : undefined; // as a definition may have it
    return typeof token === "string" ? token : undefined;
  }

  idOf(token: string): number | undefined {
    return this.#library.token_to_id(token);
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  byteLength(id: number): number {
    const token = this.tokenOf(id);
    if (token === undefined) return 0;
    if (BYTE.test(token)) return 1;
    if (this.#bytesAsCharacters && !this.#added.has(id)) return token.length;
    return new TextEncoder().encode(token.replaceAll("▁", " ")).length;
  }

  #idNamed(config: UnknownObject, name: TokenName): number | undefined {
    const token = namedToken(config, name);
    return token === undefined ? undefined : this.idOf(token);
  }

  #plain(text: string): number[] {
    return this.#known(this.#bounded(text.length, () => this.#library.encode(text, { add_special_tokens: false }).ids));
  }

  /**
   * The ids that a token has. A vocabulary without an unknown token drops what it cannot spell, where the library leaves a hole; and a
   * definition may name anything as the id of its unknown token, or of those that are put around a text.
   */
  #known(ids: readonly number[]): number[] {
    return ids.filter((id) => this.tokenOf(id) !== undefined);
  }

  /** What the library does for a text. @throws {AwaseError} `tokenizer/too-much`, `tokenizer/broken` */
  #bounded<T>(length: number, work: () => T): T {
    this.#effort.begin(length);
    try {
      return work();
    } catch (cause) {
      // The library calls functions with all pieces of a text as their arguments.
      if (cause instanceof RangeError) throw this.#effort.outOfRoom(cause);
      throw cause instanceof AwaseError ? cause : this.unknownKind(cause);
    }
  }

  /** What the post-processor puts around a text, seen on a short one. */
  #surroundings(): { prefix: TokenIds; suffix: TokenIds } {
    const text = "a";
    const plain = this.#plain(text);
    const ids = this.#known(this.#bounded(text.length, () => this.#library.encode(text).ids));
    if (plain.length === 0) return { prefix: ids, suffix: [] };
    for (let at = 0; at + plain.length <= ids.length; at++) {
      if (!plain.every((id, index) => ids[at + index] === id)) continue;
      return { prefix: ids.slice(0, at), suffix: ids.slice(at + plain.length) };
    }
    return { prefix: [], suffix: [] };
  }
}

/** A token that stands for one byte where no other spells a character. */
const BYTE = /^<0x[0-9A-Fa-f]{2}>$/;

/** Whether the settings themselves say what is put around a text. They then replace what the definition says. */
function isExplicit(config: UnknownObject): boolean {
  return typeof config.add_bos_token === "boolean" || typeof config.add_eos_token === "boolean";
}

function isByteLevel(decoder: unknown): boolean {
  if (!isObject(decoder)) return false;
  return decoder.type === "ByteLevel" || (Array.isArray(decoder.decoders) && decoder.decoders.some(isByteLevel));
}

/**
 * Hash of the definition, with the tokens that the settings add, and of the other settings that change ids or text. White
 * space in the files does not count, nor do names, templates and length limits.
 */
function contentKey({ definition, config }: Files): Promise<string> {
  const { add_bos_token, add_eos_token, bos_token, eos_token, clean_up_tokenization_spaces } = config;
  const around = isExplicit(config) ? { add_bos_token, add_eos_token, bos_token, eos_token } : {};
  return sha256(JSON.stringify([definition, around, clean_up_tokenization_spaces === true]));
}
