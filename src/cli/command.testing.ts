import type { Surroundings } from "./command";

/** A command line, as `mergeCommand` and `evalCommand` are. */
type Command = (args: readonly string[], surroundings: Surroundings) => Promise<number>;

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Around extends Partial<Pick<Surroundings, "env" | "signal">> {
  readonly cwd: string;
  /** Where caches are made. */
  readonly cache: string;
  /** Sees what comes on stderr. */
  readonly onText?: (text: string) => void;
}

/** Runs a command in this process, and tells what it said. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  { cwd, cache, env = {}, signal = new AbortController().signal, onText }: Around,
): Promise<Result> {
  let [stdout, stderr] = ["", ""];
  const code = await command(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: {
      write(text) {
        stderr += text;
        onText?.(text);
      },
    },
    cwd,
    env: { XDG_CACHE_HOME: cache, ...env },
    signal,
  });
  return { code, stdout, stderr };
}
