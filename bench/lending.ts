import { writeFileSync } from "node:fs";
import { benchDonor } from "./donor";
import { checkVocabularies } from "./vocabularies";

/** Run by the bench, built: `lending.js donor OUT PYTHON` or `lending.js vocabularies OUT CACHE` writes what was found as JSON. */
const [part = "", out = "", where = ""] = process.argv.slice(2);
const found = part === "donor" ? await benchDonor("wasm", where) : await checkVocabularies(where);
writeFileSync(out, JSON.stringify(found));
process.exit(0);
