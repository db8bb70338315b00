/** Ids of tokens, in the order of the text. */
export type TokenIds = readonly number[];
