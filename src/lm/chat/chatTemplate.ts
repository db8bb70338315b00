import { inWords } from "../../base/inWords";
import type { Folder } from "../../io/types";
import { namedToken, TOKEN_NAMES } from "../../tokens/namedTokens";
import { readTemplateText } from "../../tokens/templateText";
import type { Tokenizer } from "../../tokens/tokenizer";
import { readTokenizerConfig } from "../../tokens/tokenizerFiles";
import { BoundedTemplate } from "./boundedTemplate";
import { strftime } from "./strftime";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface RenderOptions {
  /** Ends the text where the assistant's answer begins. */
  readonly addGenerationPrompt: boolean;
  /** What the template takes for the present: some write the date. */
  readonly now?: Date;
}

/** How a model was taught to read a conversation. */
export interface ChatTemplate {
  /**
   * The conversation as one text, special tokens spelled out: encode it with `special: false`.
   * @throws {AwaseError} `template/too-much`, `template/refused`, `template/failed`
   */
  render(messages: readonly ChatMessage[], options: RenderOptions): string;
}

/**
 * The chat template of a model folder, or undefined where it has none. Of several with names it is the one called
 * `default`, else the first.
 * @throws {AwaseError} `template/too-large`, `template/broken`, `tokenizer/too-large`, `tokenizer/broken`
 */
export async function openChatTemplate(folder: Folder, signal?: AbortSignal): Promise<ChatTemplate | undefined> {
  const config = await readTokenizerConfig(folder, signal);
  const text = await readTemplateText(folder, config, signal);
  if (text === undefined) return undefined;
  const template = new BoundedTemplate(text);
  const tokens: Record<string, string> = {};
  for (const name of TOKEN_NAMES) {
    const token = namedToken(config, name);
    if (token !== undefined) tokens[name] = token;
  }
  return {
    render: (messages, { addGenerationPrompt, now = new Date() }) =>
      template.render({
        ...tokens,
        messages,
        tools: null,
        documents: null,
        add_generation_prompt: addGenerationPrompt,
        strftime_now: (format: unknown) => strftime(now, inWords(format)),
      }),
  };
}

/**
 * The id of the special token that ends an assistant's turn in the template: what stands right behind an answer when it is
 * rendered as part of a conversation. Undefined where the template ends a turn by other text or refuses to be asked.
 */
export function endOfTurn(template: ChatTemplate, tokenizer: Tokenizer): number | undefined {
  const answer = "Awase";
  let text: string;
  try {
    text = template.render(
      [
        { role: "user", content: "?" },
        { role: "assistant", content: answer },
      ],
      { addGenerationPrompt: false },
    );
  } catch {
    return undefined; // what is wrong with the template is said when it is used
  }
  const at = text.lastIndexOf(answer);
  if (at < 0) return undefined;
  const behind = tokenizer.encode(text.slice(at + answer.length).trimStart(), { special: false });
  const [end] = behind;
  return end !== undefined && tokenizer.isSpecial(end) ? end : undefined;
}
