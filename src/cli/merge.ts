import { mergeCommand } from "./mergeCommand";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());

process.exitCode = await mergeCommand(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  // npm runs scripts from the project's root and says here where the user stands.
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: process.env,
  signal: interrupt.signal,
});
