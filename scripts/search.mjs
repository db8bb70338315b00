// `npm run search`: looks for the recipe that a study asks for.
import { runCommandLine } from "./cli.mjs";

await runCommandLine("search");
