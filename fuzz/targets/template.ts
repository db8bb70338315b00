import { BoundedTemplate } from "../../src/lm/chat/boundedTemplate";
import { MAX_TEMPLATE_VALUE } from "../../src/lm/chat/jinja/budget";
import { TEMPLATE_WORDS, templateText } from "../grammar/template";
import { mutateText } from "../mutate/text";
import { filesEnding, readText } from "../seeds";
import { ACCEPTED, answerOf, ensure, type Target, textOf } from "../target";

/** Signs with which something of a template may begin, and what is trimmed. */
const PLAIN = /^[^{}#%\r\n]*$/;

/**
 * Chat templates, which are programs of strangers. They end, with text of bounded length or a code; text in which nothing begins
 * stays as it is, and nothing behind it changes what it gives.
 */
export const template: Target = {
  name: "template",
  time: { base: 3000, perKb: 60 },
  async open() {
    const texts = filesEnding("e2e/golden/templates", ".jinja").map(readText);
    const conversations = Object.values(
      JSON.parse(readText("e2e/golden/templates/conversations.json")) as Record<string, object>,
    );
    return {
      make: (random) => ({
        template: random.oneIn(2)
          ? templateText(random)
          : mutateText(random, random.oneIn(3) ? templateText(random) : random.pick(texts), {
              words: TEMPLATE_WORDS,
              others: texts,
              limit: random.oneIn(300) ? 200_000 : 8000,
            }),
        conversation: String(random.below(conversations.length)),
      }),
      async check(input) {
        const text = textOf(input, "template");
        const variables = {
          bos_token: "<s>",
          eos_token: "</s>",
          add_generation_prompt: true,
          tools: null,
          documents: null,
          ...conversations[Number(textOf(input, "conversation"))],
        };
        const render = (source: string) => answerOf(() => new BoundedTemplate(source).render(variables));
        const first = await render(text);
        if ("code" in first) {
          ensure(first.code.startsWith("template/"), () => `it is refused with ${first.code}`);
          return first.code;
        }
        ensure(first.value.length <= MAX_TEMPLATE_VALUE, () => `it gives ${first.value.length} characters`);
        ensure(!PLAIN.test(text) || first.value === text, () => "plain text does not stay as it is");
        const again = await render(`${text}{{ '' }}`);
        const isEnd = /[{\n\r]$/.test(text); // which mean something else in the middle of a text
        ensure(
          isEnd || ("value" in again && again.value === first.value),
          () => "with nothing behind it, it gives something else",
        );
        return ACCEPTED;
      },
    };
  },
};
