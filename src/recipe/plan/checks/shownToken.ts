/** Characters of a token that a sentence shows. */
const TOKEN_CHARACTERS = 30;

/** In quotes, cut short; empty for a row that has none. */
export function shownToken(token: string | undefined): string {
  if (token === undefined) return "";
  return JSON.stringify(token.length > TOKEN_CHARACTERS ? `${token.slice(0, TOKEN_CHARACTERS)}…` : token);
}
