import { processSurroundings } from "./command";
import { compareCommand } from "./compare/compareCommand";

process.exitCode = await compareCommand(process.argv.slice(2), processSurroundings());
