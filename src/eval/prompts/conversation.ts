import { isObject, type UnknownObject } from "../../formats/json";
import type { Prompt } from "../types";
import { type Complaint, noContent, otherPart, toolCall, wrongField } from "./promptProblem";

/** Fields that hold a conversation: OpenAI's and Hugging Face's, then ShareGPT's. */
export const CONVERSATION_FIELDS = ["messages", "conversations", "conversation"] as const;

/** What ShareGPT and others call an assistant. */
const ASSISTANTS: readonly unknown[] = ["assistant", "gpt", "chatgpt", "bot", "model"];
/** Turns of ShareGPT's in which a tool is called. */
const CALLS: readonly unknown[] = ["function_call", "tool_call"];

interface Turn {
  readonly assistant: boolean;
  readonly content: string;
}

/**
 * A prompt from a conversation: a list of `{ role, content }`, or of ShareGPT's `{ from, value }`. The last turn, if it is the
 * assistant's, is the answer to all turns before, joined by blank lines. Roles are dropped, since each model has its own
 * template. Content may be a list of parts; those that are text are joined by line ends, as vLLM and llama.cpp do for
 * templates that take no parts.
 */
export function readConversation(field: string, messages: unknown): Prompt | Complaint {
  if (!Array.isArray(messages)) return wrongField(field, "a list of { role, content }", messages);
  const turns: Turn[] = [];
  for (const [at, message] of messages.entries()) {
    const turn = isObject(message) ? readTurn(field, at + 1, message) : undefined;
    if (turn === undefined) return wrongField(field, "a list of { role, content }", message);
    if ("code" in turn) return turn;
    turns.push(turn);
  }
  const last = turns.at(-1);
  const answer = turns.length > 1 && last?.assistant ? last.content : undefined;
  const asked = answer === undefined ? turns : turns.slice(0, -1);
  const text = asked.map(({ content }) => content).join("\n\n");
  return answer === undefined || answer.trim() === "" ? { text } : { text, answer };
}

function readTurn(field: string, turn: number, message: UnknownObject): Turn | Complaint {
  const role = message.role ?? message.from;
  const content = message.content ?? message.value ?? (hasCalls(message) ? null : message.content);
  if (CALLS.includes(role)) return toolCall(turn);
  if (content === null) return hasCalls(message) ? toolCall(turn) : noContent(`${field}[${turn - 1}].content`);
  const text = Array.isArray(content) ? joined(field, turn, content) : content;
  if (typeof text === "string") return { assistant: ASSISTANTS.includes(role), content: text };
  return isObject(text) && "code" in text
    ? (text as unknown as Complaint)
    : wrongField(field, "a text in content", text);
}

function hasCalls({ tool_calls, function_call }: UnknownObject): boolean {
  return (Array.isArray(tool_calls) && tool_calls.length > 0) || isObject(function_call);
}

/** The text of all parts, `{ type: "text", text }` or plain. */
function joined(field: string, turn: number, parts: readonly unknown[]): string | Complaint {
  const texts: string[] = [];
  for (const part of parts) {
    const text = isObject(part) && (part.type === "text" || part.type === undefined) ? part.text : part;
    if (typeof text === "string") texts.push(text);
    else if (isObject(part) && typeof part.type === "string" && part.type !== "text") return otherPart(part.type, turn);
    else return wrongField(field, 'parts of { type: "text", text }', part);
  }
  return texts.join("\n");
}
