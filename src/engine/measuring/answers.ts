import { endsOf } from "../../eval/measures/measured";
import { tokenizePrompt } from "../../eval/prompts/tokenizePrompt";
import { TextStream } from "../../lm/chat/streamText";
import type { TokenIds } from "../../tokens/types";
import { Throttle } from "../boundary/throttle";
import { onDevice } from "../machine/onDevice";
import type { Answer, AnswerRequest } from "../protocol/evalProtocol";
import { type EvaluationContext, measurable, openSubject } from "./evaluation";
import { holdModels } from "./holdModels";
import { type ModelTexts, openTexts } from "./texts";

/** Milliseconds between two events of text. */
const TEXT_INTERVAL = 50;

/**
 * Answers one prompt. The text grows from event to event, also where a lost device made it begin anew: the same seed gives the
 * same tokens.
 * @throws {AwaseError} `model/not-loaded`, `recipe/invalid`, `tokenizer/…`, `template/…`, `lm/…`
 */
export function answer(
  context: EvaluationContext,
  request: AnswerRequest,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<Answer> {
  let longest = 0;
  const throttle = new Throttle<string>(TEXT_INTERVAL, (text) => {
    if (text.length > longest) onText(text);
    longest = Math.max(longest, text.length);
  });
  return onDevice(context.device, signal, async (device) => {
    using open = await openSubject(context, request.subject, device, "answer", signal);
    const measured = await measurable(open);
    const { tokenizer } = measured;
    const { text: input, ids } = inputOf(request, await openTexts(open.texts));
    const stop = endsOf(measured);
    const stream = new TextStream(tokenizer);
    const { maxTokens, temperature, topP, seed } = request;
    const clock = new DecodeClock();
    const [generated] = await open.model.generate([ids], {
      maxTokens,
      temperature,
      topP,
      seed,
      stop,
      signal,
      onToken: (_, id) => {
        clock.tick();
        if (!stop.includes(id)) throttle.push(stream.push(id));
      },
    });
    if (!generated) throw new TypeError("One prompt has one answer.");
    await holdModels(context, open.models, signal);
    const text = stream.end();
    throttle.push(text);
    throttle.flush();
    const end = generated.ended === "stop" ? generated.ids.at(-1) : undefined;
    const stopToken = end === undefined ? undefined : tokenizer.tokenOf(end);
    return {
      text,
      tokens: generated.ids.length,
      ended: generated.ended,
      input,
      tokensPerSecond: clock.tokensPerSecond,
      ...(stopToken === undefined ? {} : { stopToken }),
    };
  });
}

/** What the model is given: the prompt in its template, where it has one and is to use it. */
function inputOf(
  { prompt, chat }: AnswerRequest,
  { tokenizer, template }: ModelTexts,
): { readonly text: string; readonly ids: TokenIds } {
  if (!chat || !template) return { text: prompt, ids: tokenizePrompt(tokenizer, prompt).ids };
  const text = template.render([{ role: "user", content: prompt }], { addGenerationPrompt: true });
  return { text, ids: tokenizer.encode(text, { special: false }) };
}

/** Tokens per second from the first token on: before it the prompt is read, and perhaps weights are placed. */
class DecodeClock {
  readonly #begin = performance.now();
  #first: number | undefined;
  #last = this.#begin;
  #tokens = 0;

  tick(): void {
    this.#last = performance.now();
    this.#first ??= this.#last;
    this.#tokens++;
  }

  get tokensPerSecond(): number {
    const [tokens, since] = this.#tokens > 1 ? [this.#tokens - 1, this.#first] : [this.#tokens, this.#begin];
    const seconds = (this.#last - (since ?? this.#begin)) / 1000;
    return seconds > 0 ? tokens / seconds : 0;
  }
}
