import { AwaseError, isAbort } from "../base/errors";
import { printable } from "./printing/printable";
import { type Output, ProgressLine } from "./printing/progressLine";

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
    stderr.write(`${printable(`${code}${error instanceof Error ? error.message : String(error)}`)}\n`);
    return FAILED;
  }
}

/** npm passes Ctrl+C on to a process that the terminal has told of it already: so close together, two are one. */
const ONE_PRESS_MS = 1000;

/** This process as a command sees it. Who presses Ctrl+C again does not want to wait for the tidying up. */
export function processSurroundings(): Surroundings {
  const interrupt = new AbortController();
  let pressed = Number.POSITIVE_INFINITY;
  process.on("SIGINT", () => {
    if (performance.now() - pressed > ONE_PRESS_MS) process.exit(INTERRUPTED);
    pressed = Math.min(pressed, performance.now());
    interrupt.abort();
  });
  // `| head -1` reads one line and goes: what nobody reads is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    // npm runs scripts from the project's root and says here where the user stands.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: process.env,
    signal: interrupt.signal,
  };
}
