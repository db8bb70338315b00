import { processSurroundings } from "./command";
import { compareCommand } from "./compareCommand";

process.exitCode = await compareCommand(process.argv.slice(2), processSurroundings());
