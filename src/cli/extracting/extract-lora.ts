import { processSurroundings } from "../command";
import { extractCommand } from "./extractCommand";

process.exitCode = await extractCommand(process.argv.slice(2), processSurroundings());
