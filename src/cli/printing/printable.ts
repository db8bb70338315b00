/**
 * Text as a terminal may show it. Recipes and models come from strangers, and control characters in a name could write over
 * what stands above or change the terminal: all but line ends and tabs are shown as escapes.
 */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
