// `npm run compare`: answers of two models to the same prompts, side by side.
import { runCommandLine } from "./cli.mjs";

await runCommandLine("compare");
