// `npm run eval`: measures a model, or a recipe without writing it.
import { runCommandLine } from "./cli.mjs";

await runCommandLine("eval");
