import { AwaseError, isAbort } from "../base/errors";
import { type Output, ProgressLine } from "./progressLine";

/** What a command has around it; tests give their own. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Where the user stands: relative paths count from here. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Fires on Ctrl+C. */
  readonly signal: AbortSignal;
}

/** Exit codes. */
export const DONE = 0;
const FAILED = 1;
/** The command line, or a file the user wrote, is wrong. */
export const WRONG = 2;
/** 128 + SIGINT, as shells count. */
const INTERRUPTED = 130;

/** A command: how its arguments are read, and what it does with them. */
export interface Command<A> {
  readonly usage: string;
  /** What was said to stop it, after "Interrupted". */
  readonly interrupted: string;
  read(args: readonly string[]): A | "help" | { readonly mistake: string };
  /** @returns the exit code */
  work(args: A, around: Surroundings, progress: ProgressLine): Promise<number>;
}

/** Reads the arguments and does the work; a failure becomes a line on standard error and an exit code. */
export async function runCommand<A extends object>(
  { usage, interrupted, read, work }: Command<A>,
  args: readonly string[],
  around: Surroundings,
): Promise<number> {
  const { stdout, stderr } = around;
  const parsed = read(args);
  if (parsed === "help") {
    stdout.write(`${usage}\n`);
    return DONE;
  }
  if ("mistake" in parsed) {
    stderr.write(`${parsed.mistake}\n\n${usage}\n`);
    return WRONG;
  }
  const progress = new ProgressLine(stderr);
  try {
    return await work(parsed, around, progress);
  } catch (error) {
    progress.clear();
    if (isAbort(error)) {
      stderr.write(`Interrupted. ${interrupted}\n`);
      return INTERRUPTED;
    }
    const code = error instanceof AwaseError ? `${error.code}: ` : "";
    stderr.write(`${code}${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  }
}

/** This process as a command sees it. */
export function processSurroundings(): Surroundings {
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    // npm runs scripts from the project's root and says here where the user stands.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: process.env,
    signal: interrupt.signal,
  };
}
