import { appendFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Answer, Subject } from "../../engine/protocol/evalProtocol";
import type { Session } from "../../engine/session";
import type { Prompt } from "../../eval/types";
import { type Command, DONE, runCommand, type Surroundings, WRONG } from "../command";
import { findSubject, isSound } from "../input/findSubject";
import { readPromptFile } from "../input/promptFile";
import { withSession } from "../machine/withSession";
import { type Compared, type ComparedAnswer, comparedMarkdown } from "../printing/compared";
import { type ProgressLine, standing } from "../printing/progressLine";
import { type CompareArguments, readCompareArguments, USAGE } from "./compareArguments";

/** `npm run compare`: two models answer the same prompts. @returns the exit code */
export function compareCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const command: Command<CompareArguments> = {
    usage: USAGE,
    interrupted: "What was answered so far is in results.jsonl.part of the output folder.",
    read: readCompareArguments,
    work: compare,
  };
  return runCommand(command, args, around);
}

async function compare(options: CompareArguments, around: Surroundings, progress: ProgressLine): Promise<number> {
  const { cwd, stderr, stdout } = around;
  const set = await readPromptFile(options.prompts, around);
  const { seed } = options;
  const base = set && (await findSubject(options.base, seed, around));
  const merged = base && (await findSubject(options.merged, seed, around));
  if (!set || !base || !merged) return WRONG;

  const code = await withSession(options, around, progress, async ({ session, load }) => {
    await load([...base.models, ...merged.models]);
    for (const [subject, name] of [
      [base.subject, options.base],
      [merged.subject, options.merged],
    ] as const) {
      if (!(await isSound(session, subject, name, around))) return undefined;
    }
    const out = resolve(cwd, options.out);
    await mkdir(out, { recursive: true });
    const part = join(out, "results.jsonl.part");
    await rm(part, { force: true });
    const all: Compared[] = [];
    for (const [at, prompt] of set.prompts.entries()) {
      if (!options.quiet) progress.update(standing(at, set.prompts.length, `${at}/${set.prompts.length} prompts`));
      const compared = {
        prompt: prompt.text,
        ...(prompt.answer === undefined ? {} : { expected: prompt.answer }),
        base: await answer(session, base.subject, options.base, prompt, options, around.signal),
        merged: await answer(session, merged.subject, options.merged, prompt, options, around.signal),
        sampling: "greedy" as const,
        seed: seed ?? 0,
        max_tokens: options.maxTokens,
        chat_template: options.chat,
      };
      all.push(compared);
      const line = `${JSON.stringify(compared)}\n`;
      await appendFile(part, line);
      if (options.json) stdout.write(line);
    }
    progress.clear();
    await writeFile(join(out, "results.md"), comparedMarkdown(all, { base: options.base, merged: options.merged }));
    await rename(part, join(out, "results.jsonl"));
    if (!options.quiet) {
      const same = all.filter(({ base: one, merged: other }) => one.answer === other.answer).length;
      stderr.write(
        `${all.length} prompts answered by both, ${same} of them with the same words; see ${out}/results.md.\n`,
      );
    }
    return DONE;
  });
  return code ?? WRONG;
}

async function answer(
  session: Session,
  subject: Subject,
  model: string,
  { text }: Prompt,
  { maxTokens, chat, seed = 0 }: CompareArguments,
  signal: AbortSignal,
): Promise<ComparedAnswer> {
  const begin = performance.now();
  const asked = { subject, prompt: text, chat, maxTokens, temperature: 0, topP: 1, seed };
  const found: Answer = await session.answer(asked, { signal });
  const seconds = Math.round(performance.now() - begin) / 1000;
  return {
    model,
    answer: found.text,
    tokens: found.tokens,
    seconds,
    ended: found.ended,
    ...(found.stopToken === undefined ? {} : { stop_token: found.stopToken }),
  };
}
