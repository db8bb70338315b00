import { largest } from "../base/lists";

/** Text in a fence longer than any in it, so that nothing in the text can end it. */
export function fenced(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestTicks(text) + 1));
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
}

/** Text as inline code that nothing in it can end. */
export function inlineCode(text: string): string {
  const longest = longestTicks(text);
  const ticks = "`".repeat(longest + 1);
  return longest > 0 ? `${ticks} ${text} ${ticks}` : `${ticks}${text}${ticks}`;
}

function longestTicks(text: string): number {
  return largest(
    [...text.matchAll(/`+/g)].map(([ticks]) => ticks.length),
    0,
  );
}
