import { processSurroundings } from "./command";
import { evalCommand } from "./evalCommand";

process.exitCode = await evalCommand(process.argv.slice(2), processSurroundings());
