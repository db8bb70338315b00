import { inWords } from "../../base/inWords";
import { own } from "../../base/own";
import { isObject, type UnknownObject } from "../../formats/json";
import type { Prompt } from "../types";
import { CONVERSATION_FIELDS, readConversation } from "./conversation";
import { type Complaint, emptyText, fewChoices, noContent, noGold, noText, tooLong, wrongField } from "./promptProblem";

/** Characters of one prompt with its answer or choices. */
export const MAX_PROMPT_CHARACTERS = 100_000;

/** Fields that hold the prompt, best first. The last is Alpaca's, whose input and output stand beside it. */
export const TEXT_FIELDS = ["text", "prompt", "question", "プロンプト", "質問", "テキスト", "instruction"] as const;
const INPUT_FIELDS = ["input", "context"] as const;
const OUTPUT_FIELDS = ["output", "response"] as const;
const CHOICES_FIELDS = ["choices", "options", "選択肢"] as const;
/** Fields that say which choice is right; without choices the first that is there is the expected answer. */
const GOLD_FIELDS = ["gold", "label", "answerKey", "answer", "正解", "答え", "回答"] as const;
const ANSWER_FIELDS = ["answer", "正解", "答え", "回答"] as const;
/** One choice in a field of its own, in the order of the fields: `choice0`, `choice_a`, `option1`. */
const CHOICE_FIELD = /^(choice|option)[ _-]?(\d{1,2}|[a-z])$/i;

/**
 * A prompt from a JSON object or a row of a table with these fields:
 * - `text`, `prompt` or `question`: the prompt;
 * - `answer`: what should be answered, for exact match;
 * - `choices` (a list; `{ text, label }` as in ARC; or `choice0`, `choice1`, …) with the right one in `gold`, `label`,
 *   `answerKey` or `answer`: its text, its label, its letter, or its number from 0;
 * - or Alpaca's `instruction`, `input` and `output` (Dolly's `context` and `response`);
 * - or a conversation in `messages`, `conversations`, or `prompt`: see `readConversation`.
 */
export function readRecord(record: UnknownObject): Prompt | Complaint {
  const prompt = read(record);
  if (!("text" in prompt)) return prompt;
  if (prompt.text.trim() === "") return emptyText();
  const characters = [prompt.text, prompt.answer ?? "", ...(prompt.choices ?? [])].join("").length;
  return characters > MAX_PROMPT_CHARACTERS ? tooLong(characters, MAX_PROMPT_CHARACTERS) : prompt;
}

function read(record: UnknownObject): Prompt | Complaint {
  const conversation = firstOf(record, CONVERSATION_FIELDS);
  if (conversation !== undefined) return readConversation(conversation, own(record, conversation));
  return Array.isArray(record.prompt) ? readConversation("prompt", record.prompt) : readFields(record);
}

function readFields(record: UnknownObject): Prompt | Complaint {
  const field = firstOf(record, TEXT_FIELDS);
  if (field === undefined) return withoutText(record);
  const found = own(record, field);
  if (typeof found !== "string") return wrongField(field, "a text", found);
  if (field === "instruction") return readInstruction(found, record);
  const text = found;
  const listed = readChoices(record);
  if (listed) return isList(listed) ? withGold(text, listed, record) : listed;
  const answerField = firstOf(record, ANSWER_FIELDS);
  if (answerField === undefined) return { text };
  const answer = own(record, answerField);
  if (typeof answer !== "string" && typeof answer !== "number") return wrongField(answerField, "a text", answer);
  return String(answer).trim() === "" ? { text } : { text, answer: String(answer) };
}

/** What is missing: a field for the prompt, or what should stand in it. */
function withoutText(record: UnknownObject): Complaint {
  const known: readonly string[] = [...TEXT_FIELDS, ...CONVERSATION_FIELDS];
  const field = known.find((name) => Object.hasOwn(record, name));
  if (field === undefined) return noText(Object.keys(record).slice(0, 20), TEXT_FIELDS);
  return own(record, field) === null ? noContent(field) : emptyText();
}

/** A task and what it is about, as Alpaca and Dolly write them. */
function readInstruction(instruction: string, record: UnknownObject): Prompt | Complaint {
  const texts: (string | undefined)[] = [];
  for (const fields of [INPUT_FIELDS, OUTPUT_FIELDS]) {
    const field = firstOf(record, fields);
    const value = field === undefined ? undefined : own(record, field);
    if (field !== undefined && typeof value !== "string") return wrongField(field, "a text", value);
    texts.push(typeof value === "string" && value.trim() !== "" ? value : undefined);
  }
  const [input, output] = texts;
  const text = input === undefined ? instruction : `${instruction}\n\n${input}`;
  return output === undefined ? { text } : { text, answer: output };
}

/** The first of these fields that holds something. A table has every field in every row, often empty. */
function firstOf(record: UnknownObject, fields: readonly string[]): string | undefined {
  return fields.find(
    (field) => Object.hasOwn(record, field) && own(record, field) !== null && own(record, field) !== "",
  );
}

interface Choice {
  readonly text: string;
  /** What the source calls it: "A", "1". */
  readonly label?: string;
}

function isList(value: readonly Choice[] | Complaint): value is readonly Choice[] {
  return Array.isArray(value);
}

function readChoices(record: UnknownObject): readonly Choice[] | Complaint | undefined {
  const field = firstOf(record, CHOICES_FIELDS);
  if (field === undefined) {
    const listed = Object.keys(record).filter((name) => CHOICE_FIELD.test(name) && own(record, name) !== "");
    return listed.length === 0
      ? undefined
      : texts(
          "choices",
          listed.map((name) => own(record, name)),
        );
  }
  const written = own(record, field);
  const value = typeof written === "string" ? parsed(written) : written;
  if (Array.isArray(value)) return texts(field, value);
  if (!isObject(value) || !Array.isArray(value.text)) return wrongField(field, "a list of texts", own(record, field));
  const choices = texts(field, value.text);
  const labels = Array.isArray(value.label) ? value.label.map(inWords) : [];
  if (!isList(choices)) return choices;
  return choices.map(({ text }, at): Choice => ({ text, ...(labels[at] === undefined ? {} : { label: labels[at] }) }));
}

/** In a table a list is written as JSON, or with bars between its items. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text.split("|").map((item) => item.trim());
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function texts(field: string, values: readonly unknown[]): readonly Choice[] | Complaint {
  const choices = values.map((value) => (typeof value === "number" ? String(value) : value));
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  if (!choices.every(isText))
    return wrongField(
      field,
      "a list of texts",
      choices.find((value) => !isText(value)),
    );
  return choices.length < 2 ? fewChoices(choices.length) : choices.map((text) => ({ text: inWords(text) }));
}

function withGold(text: string, choices: readonly Choice[], record: UnknownObject): Prompt | Complaint {
  const field = firstOf(record, GOLD_FIELDS);
  const found = field === undefined ? undefined : own(record, field);
  const gold = goldOf(found, choices);
  return gold === undefined ? noGold(found, choices.length) : { text, choices: choices.map((one) => one.text), gold };
}

/** Index of the choice that a text, a label, a letter or a number from 0 names, in this order. */
function goldOf(found: unknown, choices: readonly Choice[]): number | undefined {
  const name = inWords(found).trim();
  const byText = choices.findIndex(({ text }) => text === found || text.trim() === name);
  if (typeof found === "string" && byText >= 0) return byText;
  const byLabel = choices.findIndex(({ label }) => label === name);
  if (byLabel >= 0) return byLabel;
  const index = /^[a-z]$/i.test(name) ? name.toUpperCase().charCodeAt(0) - "A".charCodeAt(0) : Number(name || "none");
  return Number.isInteger(index) && index >= 0 && index < choices.length ? index : undefined;
}
