import { type AddedToken, addedToken, type Tokens, type Vocabulary } from "../vocabulary";

/** A model's vocabulary, and the ids of it that count: those below `limit`, which have a row. */
export interface CountedVocabulary {
  readonly model: string;
  readonly vocabulary: Vocabulary;
  readonly limit: number;
}

/** The tokens of an output, as what is to be done with the files of one model. */
export interface OutputTokens {
  /** Whose files they are made of. */
  readonly model: string;
  /** Ids from here on are taken out of them. Absent where none has a token. */
  readonly limit?: number;
  /** Added beyond those that the files list, by ascending id; some are ordinary tokens of the files. */
  readonly added: readonly AddedToken[];
  /** Token by id. */
  readonly tokens: Tokens;
}

/** The tokens of a model as they are. */
export function ownTokens({ model, vocabulary }: Pick<CountedVocabulary, "model" | "vocabulary">): OutputTokens {
  return { model, added: [], tokens: vocabulary.tokens };
}

/** The tokens of a model that have rows. */
export function rowTokens({ model, vocabulary, limit }: CountedVocabulary): OutputTokens {
  const { tokens } = vocabulary;
  const beyond = tokens.findIndex((token, id) => id >= limit && token !== undefined) >= 0;
  if (!beyond) return { model, added: [], tokens };
  let length = Math.min(limit, tokens.length);
  while (length > 0 && tokens[length - 1] === undefined) length--;
  return { model, limit, added: [], tokens: tokens.slice(0, length) };
}

/**
 * The tokens of a base under their own ids, and behind them those that only the others have: first plain ones, then added ones, each model
 * by model and by ascending id. (mergekit orders the plain ones by chance.) All are added tokens, plain ones too, for nobody has the
 * merges that would lead to them; of one that several models add, the first says how it is found in a text.
 */
export function unionTokens(base: CountedVocabulary, others: readonly CountedVocabulary[]): OutputTokens {
  const ground = rowTokens(base);
  const everyone = [{ ...base, vocabulary: { ...base.vocabulary, tokens: ground.tokens } }, ...others];
  const added = new Map<string, AddedToken>();
  const plain = new Set<string>();
  for (const { vocabulary, limit } of everyone) {
    const byId = [...(vocabulary.added?.values() ?? [])].filter(({ id }) => id < limit).sort((a, b) => a.id - b.id);
    for (const token of byId) if (!added.has(token.content)) added.set(token.content, token);
  }
  for (const { vocabulary, limit } of others) {
    for (const [id, token] of vocabulary.tokens.entries()) if (token !== undefined && id < limit) plain.add(token);
  }
  const growing = new Growing(ground, base.vocabulary);
  for (const token of plain) if (!added.has(token) && !growing.has(token)) growing.add(token);
  for (const token of added.values()) growing.add(token.content, token);
  return growing.result();
}

/** The same with these tokens among the added ones; what has an id keeps it. */
export function withTokens(output: OutputTokens, ground: Vocabulary, tokens: Iterable<string>): OutputTokens {
  const growing = new Growing(output, ground);
  for (const token of tokens) growing.add(token);
  return growing.result();
}

/** An output that tokens are added to. */
class Growing {
  readonly #ids: Map<string, number>;
  readonly #tokens: (string | undefined)[];
  readonly #listed: Set<string>;
  readonly #added: AddedToken[];

  constructor(
    private readonly output: OutputTokens,
    ground: Vocabulary,
  ) {
    this.#tokens = [...output.tokens];
    this.#ids = new Map();
    for (const [id, token] of this.#tokens.entries()) {
      if (token !== undefined && !this.#ids.has(token)) this.#ids.set(token, id);
    }
    this.#added = [...output.added];
    const { limit = Number.POSITIVE_INFINITY } = output;
    const listed = [...(ground.added?.values() ?? [])].filter(({ id }) => id < limit);
    this.#listed = new Set([...listed, ...output.added].map(({ content }) => content));
  }

  has(token: string): boolean {
    return this.#ids.has(token);
  }

  add(content: string, like?: AddedToken): void {
    if (this.#listed.has(content)) return;
    const id = this.#ids.get(content) ?? this.#tokens.length;
    this.#tokens[id] = content;
    this.#ids.set(content, id);
    this.#listed.add(content);
    this.#added.push(like ? { ...like, id } : addedToken({}, content, id));
  }

  result(): OutputTokens {
    const { model, limit } = this.output;
    const added = this.#added.sort((a, b) => a.id - b.id);
    return { model, ...(limit === undefined ? {} : { limit }), added, tokens: this.#tokens };
  }
}
