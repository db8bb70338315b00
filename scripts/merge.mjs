// `npm run merge`: merges models as a recipe says.
import { runCommandLine } from "./cli.mjs";

await runCommandLine("merge");
