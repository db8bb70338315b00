import { processSurroundings } from "./command";
import { mergeCommand } from "./mergeCommand";

process.exitCode = await mergeCommand(process.argv.slice(2), processSurroundings());
