import { type Input, sizeOf } from "./target";

/**
 * The smallest input found that still fails: pieces of each part are left out, first halves, then quarters, down to single
 * characters (Zeller's ddmin, without its complements), and what is left is made plainer.
 * @param fails gives the input to its target again
 * @param tries how often it may be asked
 */
export async function shrink(input: Input, fails: (input: Input) => Promise<boolean>, tries = 3000): Promise<Input> {
  let left = tries;
  const holds = async (candidate: Input) => left-- > 0 && (await fails(candidate));
  let smallest = input;
  for (let before = Number.POSITIVE_INFINITY; sizeOf(smallest) < before && left > 0; ) {
    before = sizeOf(smallest);
    for (const name of Object.keys(smallest)) smallest = await shrinkPart(smallest, name, holds);
  }
  return smallest;
}

async function shrinkPart(input: Input, name: string, holds: (input: Input) => Promise<boolean>): Promise<Input> {
  let smallest = input;
  const part = () => smallest[name] ?? "";
  for (let length = Math.ceil(part().length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = 0; at < part().length; ) {
      const shorter = { ...smallest, [name]: without(part(), at, at + length) };
      if (await holds(shorter)) smallest = shorter;
      else at += length;
    }
  }
  return smallest;
}

function without(part: string | Uint8Array, from: number, to: number): string | Uint8Array {
  if (typeof part === "string") return part.slice(0, from) + part.slice(to);
  const shorter = new Uint8Array(part.length - (Math.min(to, part.length) - from));
  shorter.set(part.subarray(0, from));
  shorter.set(part.subarray(to), from);
  return shorter;
}

/** An input as it can be pasted into a test. */
export function shown(input: Input): string {
  return Object.entries(input)
    .map(
      ([name, part]) =>
        `  ${name}: ${typeof part === "string" ? JSON.stringify(part) : `bytes ${Buffer.from(part).toString("hex")}`}`,
    )
    .map((line) => (line.length > 4000 ? `${line.slice(0, 4000)}… (${line.length} characters)` : line))
    .join("\n");
}
