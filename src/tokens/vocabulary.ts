import { isObject, type UnknownObject } from "../formats/json";
import type { Folder } from "../io/types";
import { brokenFile, parseObject, readFolderText, type TextFile } from "./folderText";
import { namedToken } from "./namedTokens";
import { sentencePieces } from "./sentencePiece";
import { readTemplateText } from "./templateText";
import { isTokenId, noTokenId } from "./tokenId";
import { readTokenizerConfig, TOKENIZER_FILE } from "./tokenizerFiles";

/** Which token each row of a model's embedding stands for, and which ids its other files count on. */
export interface Vocabulary {
  /** Token by id; ids that no token has are holes. */
  readonly tokens: Tokens;
  /** Ids with a role: `eos`, `bos`, `pad`, as generation settings and tokenizer settings name them. */
  readonly roles: readonly { readonly role: TokenRole; readonly id: number }[];
  /** The chat template's text. */
  readonly template?: string;
  /** Tokens that are looked for in a text before it is cut into pieces, by their text. */
  readonly added?: ReadonlyMap<string, AddedToken>;
  /** `type` of the model in `tokenizer.json` (`BPE`, `Unigram`, …); absent where the folder has no such file. */
  readonly definition?: string;
}

/** A token that is found in a text as a whole, in the spelling of `tokenizer.json`. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

export type Tokens = readonly (string | undefined)[];
export type TokenRole = (typeof ROLES)[number];

const ROLES = ["eos", "bos", "pad"] as const;

const MIB = 1024 * 1024;
const GENERATION_CONFIG: TextFile = { path: "generation_config.json", limit: MIB };
const VOCABULARY_FILE: TextFile = { path: "vocab.json", limit: 32 * MIB };
const ADDED_TOKENS_FILE: TextFile = { path: "added_tokens.json", limit: 16 * MIB };
const SENTENCE_PIECE_FILE = { path: "tokenizer.model", limit: 32 * MIB };

/**
 * Reads a folder's vocabulary without making a tokenizer of it: `tokenizer.json`, else `tokenizer.model` (SentencePiece), else
 * `vocab.json`, with the tokens that are added beside them.
 * @returns `undefined` where the folder has none of these
 * @throws {AwaseError} `tokenizer/too-large`, `tokenizer/broken`, and what reading a file throws
 */
export async function readVocabulary(folder: Folder, signal?: AbortSignal): Promise<Vocabulary | undefined> {
  const found = (await fromDefinition(folder, signal)) ?? (await fromOlderFiles(folder, signal));
  if (!found) return undefined;
  const { tokens, added, definition } = found;
  const config = await readTokenizerConfig(folder, signal);
  const decoder = isObject(config.added_tokens_decoder) ? config.added_tokens_decoder : {};
  for (const [id, token] of Object.entries(decoder)) {
    // Tokens of a kind that the vocabulary has already keep its id.
    if (!isObject(token) || typeof token.content !== "string") continue;
    if (tokens[Number(id)] === undefined) place(folder, tokens, token.content, Number(id));
    if (tokens[Number(id)] === token.content && !added.has(token.content))
      added.set(token.content, addedToken(token, token.content, Number(id)));
  }
  const template = await readTemplateText(folder, config, signal);
  return {
    tokens,
    roles: await rolesOf(folder, config, tokens, signal),
    ...(template === undefined ? {} : { template }),
    added,
    ...(definition === undefined ? {} : { definition }),
  };
}

/** What a file says of an added token; what it does not say is as the library has it. */
export function addedToken(said: UnknownObject, content: string, id: number): AddedToken {
  const special = said.special === true;
  return {
    id,
    content,
    single_word: said.single_word === true,
    lstrip: said.lstrip === true,
    rstrip: said.rstrip === true,
    normalized: typeof said.normalized === "boolean" ? said.normalized : !special,
    special,
  };
}

const idsByToken = new WeakMap<Vocabulary, ReadonlyMap<string, number>>();

/** Ids by token. Of a token with two, the one it was added under counts, else the lower one. Remembered. */
export function idsOf(vocabulary: Vocabulary): ReadonlyMap<string, number> {
  const known = idsByToken.get(vocabulary);
  if (known) return known;
  const ids = new Map<string, number>();
  for (const [id, token] of vocabulary.tokens.entries()) if (token !== undefined && !ids.has(token)) ids.set(token, id);
  for (const { content, id } of vocabulary.added?.values() ?? []) ids.set(content, id);
  idsByToken.set(vocabulary, ids);
  return ids;
}

/** Tokens as a folder's files have them. */
interface Found {
  readonly tokens: (string | undefined)[];
  readonly added: Map<string, AddedToken>;
  readonly definition?: string;
}

/** Ids that a config names by a role: `eos_token_id` is one, or a list. */
export function roleIds(config: UnknownObject): readonly { readonly role: TokenRole; readonly id: number }[] {
  return ROLES.flatMap((role) =>
    [config[`${role}_token_id`]]
      .flat()
      .filter((id) => typeof id === "number")
      .map((id) => ({ role, id })),
  );
}

async function rolesOf(folder: Folder, config: UnknownObject, tokens: Tokens, signal: AbortSignal | undefined) {
  const text = await readFolderText(folder, GENERATION_CONFIG, signal);
  const generation = text === undefined ? {} : parseObject(folder, GENERATION_CONFIG.path, text);
  const named = ROLES.flatMap((role) => {
    const token = namedToken(config, `${role}_token`);
    const id = token === undefined ? -1 : tokens.indexOf(token);
    return id < 0 ? [] : [{ role, id }];
  });
  return [...roleIds(generation), ...named];
}

async function fromDefinition(folder: Folder, signal: AbortSignal | undefined): Promise<Found | undefined> {
  const text = await readFolderText(folder, TOKENIZER_FILE, signal);
  if (text === undefined) return undefined;
  const { model, added_tokens: listed } = parseObject(folder, TOKENIZER_FILE.path, text);
  const vocabulary = isObject(model) ? model.vocab : undefined;
  const tokens: (string | undefined)[] = [];
  if (Array.isArray(vocabulary)) {
    for (const [id, piece] of vocabulary.entries()) {
      const token: unknown = Array.isArray(piece) ? piece[0] : piece;
      if (typeof token === "string") place(folder, tokens, token, id);
    }
  } else if (isObject(vocabulary)) {
    placeAll(folder, tokens, vocabulary);
  } else {
    throw brokenFile(folder, TOKENIZER_FILE.path, "it has no vocabulary");
  }
  const added = new Map<string, AddedToken>();
  for (const token of Array.isArray(listed) ? listed.filter(isObject) : []) {
    if (typeof token.content !== "string") continue;
    const id = place(folder, tokens, token.content, token.id);
    added.set(token.content, addedToken(token, token.content, id));
  }
  const definition = isObject(model) && typeof model.type === "string" ? model.type : "BPE";
  return { tokens, added, definition };
}

async function fromOlderFiles(folder: Folder, signal: AbortSignal | undefined): Promise<Found | undefined> {
  const tokens = (await fromSentencePiece(folder, signal)) ?? (await fromList(folder, VOCABULARY_FILE, signal));
  if (!tokens) return undefined;
  const added = new Map<string, AddedToken>();
  for (const [id, token] of ((await fromList(folder, ADDED_TOKENS_FILE, signal)) ?? []).entries()) {
    if (token === undefined) continue;
    tokens[id] = token;
    added.set(token, addedToken({}, token, id));
  }
  return { tokens, added };
}

async function fromList(folder: Folder, file: TextFile, signal: AbortSignal | undefined) {
  const text = await readFolderText(folder, file, signal);
  if (text === undefined) return undefined;
  const tokens: (string | undefined)[] = [];
  placeAll(folder, tokens, parseObject(folder, file.path, text));
  return tokens;
}

async function fromSentencePiece(folder: Folder, signal: AbortSignal | undefined) {
  const { path, limit } = SENTENCE_PIECE_FILE;
  const entry = (await folder.list(signal)).find((file) => file.path === path);
  if (!entry || entry.size > limit) return undefined;
  const source = await folder.open(path, signal);
  // Not every `tokenizer.model` is SentencePiece's; others are passed over.
  const tokens: (string | undefined)[] | undefined = sentencePieces(await source.read(0, source.size, signal));
  return tokens;
}

function placeAll(folder: Folder, tokens: (string | undefined)[], ids: UnknownObject): void {
  for (const [token, id] of Object.entries(ids)) place(folder, tokens, token, id);
}

function place(folder: Folder, tokens: (string | undefined)[], token: string, id: unknown): number {
  if (!isTokenId(id)) throw brokenFile(folder, TOKENIZER_FILE.path, noTokenId(id));
  tokens[id] = token;
  return id;
}
