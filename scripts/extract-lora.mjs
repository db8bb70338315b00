// `npm run extract-lora`: makes the adapter that a fine-tune is of its base.
import { runCommandLine } from "./cli.mjs";

await runCommandLine("extract-lora");
