import { processSurroundings } from "./command";
import { searchCommand } from "./searchCommand";

process.exitCode = await searchCommand(process.argv.slice(2), processSurroundings());
