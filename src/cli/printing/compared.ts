import { fenced, inlineCode } from "../../formats/markdown";

/** A line of `results.jsonl`. */
export interface Compared {
  readonly prompt: string;
  /** The right answer, where the prompt has one. */
  readonly expected?: string;
  readonly base: ComparedAnswer;
  readonly merged: ComparedAnswer;
  readonly sampling: "greedy";
  readonly seed: number;
  readonly max_tokens: number;
  readonly chat_template: boolean;
}

export interface ComparedAnswer {
  readonly model: string;
  readonly answer: string;
  readonly tokens: number;
  readonly seconds: number;
  /** `stop`: an end token; `length`: the limit. */
  readonly ended: "stop" | "length";
  readonly stop_token?: string;
}

/** The same for people: a chapter a prompt, both answers under it. */
export function comparedMarkdown(
  all: readonly Compared[],
  { base, merged }: { readonly base: string; readonly merged: string },
): string {
  const [first] = all;
  const same = all.filter((compared) => compared.base.answer === compared.merged.answer).length;
  const how = first ? `greedy, at most ${first.max_tokens} tokens, seed ${first.seed}` : "greedy";
  const chapters = all.map((compared, index) =>
    [
      `## ${index + 1}${compared.base.answer === compared.merged.answer ? " (the same)" : ""}`,
      fenced(compared.prompt),
      ...(compared.expected === undefined ? [] : [`Expected: ${inlineCode(compared.expected)}`]),
      ...(["base", "merged"] as const).flatMap((side) => [
        `### ${side}: ${inlineCode(compared[side].model)}`,
        fenced(compared[side].answer),
        ending(compared[side]),
      ]),
    ].join("\n\n"),
  );
  const head = `${inlineCode(base)} and ${inlineCode(merged)}: ${all.length} prompts, ${same} answered with the same words; ${how}.`;
  return `${["# Answers", head, ...chapters].join("\n\n")}\n`;
}

function ending({ tokens, seconds, ended, stop_token: token = "" }: ComparedAnswer): string {
  const how = ended === "stop" ? `ended by ${inlineCode(token)}` : "cut at the limit";
  return `${tokens} tokens in ${seconds} s, ${how}`;
}
