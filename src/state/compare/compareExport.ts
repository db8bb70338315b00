import { fenced, inlineCode } from "../../formats/markdown";
import { MERGE, type Question, type Reply, TIE } from "./compare";

/** Every answer as one JSON object a line, with all that is needed to get it again. */
export function toJsonLines(questions: readonly Question[]): string {
  return oldestFirst(questions)
    .flatMap((question) => question.replies.map((reply) => JSON.stringify(lineOf(question, reply))))
    .map((line) => `${line}\n`)
    .join("");
}

function lineOf({ prompt, expected, recipe, settings, vote }: Question, reply: Reply) {
  const { sampling, temperature, topP, seed, maxTokens, chat } = settings;
  const { answer } = reply;
  return {
    prompt,
    expected,
    model: reply.id,
    role: reply.role,
    recipe: reply.id === MERGE ? recipe : undefined,
    answer: reply.text,
    ended: answer?.ended ?? reply.status,
    stop_token: answer?.stopToken,
    tokens: answer?.tokens,
    tokens_per_second: answer?.tokensPerSecond,
    input: answer?.input,
    error: reply.failure?.message,
    chat_template: chat,
    max_tokens: maxTokens,
    ...(sampling === "greedy" ? { sampling } : { sampling, temperature, top_p: topP, seed }),
    vote: vote === undefined ? undefined : vote === TIE ? "tie" : vote === reply.id ? "best" : "other",
  };
}

/** The same for people: a chapter a prompt, a part an answer. */
export function toMarkdown(questions: readonly Question[]): string {
  const chapters = oldestFirst(questions).map((question, index) => {
    const { prompt, expected, replies, vote } = question;
    return [
      `## ${index + 1}`,
      fenced(prompt),
      ...(expected === undefined ? [] : [`Expected: ${inlineCode(expected)}`]),
      ...replies.flatMap((reply) => [
        `### ${reply.id}${vote === reply.id ? " ★" : ""}`,
        fenced(reply.text),
        ending(reply),
      ]),
    ].join("\n\n");
  });
  const recipes = [...new Set(questions.map(({ recipe }) => recipe))];
  return `${["# Answers", ...chapters, "# Recipe", ...recipes.map((recipe) => fenced(recipe, "yaml"))].join("\n\n")}\n`;
}

function ending({ answer, failure, status }: Reply): string {
  if (failure) return failure.message;
  if (!answer) return status;
  const how = answer.ended === "stop" ? `ended by ${inlineCode(answer.stopToken ?? "")}` : "cut at the limit";
  return `${answer.tokens} tokens, ${how}`;
}

function oldestFirst(questions: readonly Question[]): Question[] {
  return [...questions].sort((a, b) => a.asked - b.asked);
}
