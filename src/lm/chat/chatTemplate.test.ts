import { describe, expect, it } from "vitest";
import { MemoryFolder } from "../../io/memory";
import type { Folder } from "../../io/types";
import { openTokenizer } from "../../tokens/tokenizer";
import { type ChatMessage, endOfTurn, openChatTemplate } from "./chatTemplate";

const CONVERSATIONS = {
  asked: [{ role: "user", content: " Hello 日本 " }],
  answered: [
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Yes." },
    { role: "user", content: "Why?" },
  ],
  system: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hi" },
  ],
} as const satisfies Record<string, readonly ChatMessage[]>;

const CHATML = String.raw`{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}
{%- else %}
    {{- '<|im_start|>system\nYou help.<|im_end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'user' or (message.role == 'system' and not loop.first) or message.role == 'assistant' %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
`;

const GEMMA = String.raw`{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}`;

const LLAMA = String.raw`{{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = strftime_now("%d %b %Y") %}
{%- endif %}
{%- set ns = namespace(system="") %}
{%- for message in messages if message.role == "system" %}
    {%- set ns.system = ns.system ~ message.content | trim %}
{%- endfor %}
{{- "<|start_header_id|>system<|end_header_id|>\n\nToday Date: " + date_string + "\n\n" + ns.system + "<|eot_id|>" }}
{% for message in messages -%}
    {% if message.role != "system" %}
    <|start_header_id|>{{ message.role }}<|end_header_id|>

{{ message.content | trim }}<|eot_id|>
    {%- endif %}
{% endfor %}
{#- the answer #}
{% if add_generation_prompt %}
<|start_header_id|>assistant<|end_header_id|>

{% endif %}
`;

/** What jinja2 makes of each, in the sandbox and with the settings of transformers. */
const RENDERED: readonly (readonly [string, keyof typeof CONVERSATIONS, boolean, string])[] = [
  [
    CHATML,
    "asked",
    true,
    "<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\n Hello 日本 <|im_end|>\n<|im_start|>assistant\n",
  ],
  [CHATML, "asked", false, "<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\n Hello 日本 <|im_end|>\n"],
  [
    CHATML,
    "answered",
    true,
    "<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n",
  ],
  [
    CHATML,
    "answered",
    false,
    "<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n",
  ],
  [
    CHATML,
    "system",
    true,
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
  ],
  [CHATML, "system", false, "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"],
  [GEMMA, "asked", true, "<s><start_of_turn>user\nHello 日本<end_of_turn>\n<start_of_turn>model\n"],
  [GEMMA, "asked", false, "<s><start_of_turn>user\nHello 日本<end_of_turn>\n"],
  [
    GEMMA,
    "answered",
    true,
    "<s><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nYes.<end_of_turn>\n<start_of_turn>user\nWhy?<end_of_turn>\n<start_of_turn>model\n",
  ],
  [
    GEMMA,
    "answered",
    false,
    "<s><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nYes.<end_of_turn>\n<start_of_turn>user\nWhy?<end_of_turn>\n",
  ],
  [
    LLAMA,
    "asked",
    true,
    "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 04 Jul 2024\n\n<|eot_id|>\n    <|start_header_id|>user<|end_header_id|>\n\nHello 日本<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
  ],
  [
    LLAMA,
    "asked",
    false,
    "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 04 Jul 2024\n\n<|eot_id|>\n    <|start_header_id|>user<|end_header_id|>\n\nHello 日本<|eot_id|>",
  ],
  [
    LLAMA,
    "answered",
    true,
    "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 04 Jul 2024\n\n<|eot_id|>\n    <|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>    <|start_header_id|>assistant<|end_header_id|>\n\nYes.<|eot_id|>    <|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
  ],
  [
    LLAMA,
    "answered",
    false,
    "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 04 Jul 2024\n\n<|eot_id|>\n    <|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>    <|start_header_id|>assistant<|end_header_id|>\n\nYes.<|eot_id|>    <|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>",
  ],
  [
    LLAMA,
    "system",
    true,
    "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 04 Jul 2024\n\nBe brief.<|eot_id|>\n    <|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
  ],
  [
    LLAMA,
    "system",
    false,
    "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 04 Jul 2024\n\nBe brief.<|eot_id|>\n    <|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>",
  ],
];

const bytes = (text: string) => new TextEncoder().encode(text);
const NAMES = { bos_token: "<s>", eos_token: { content: "</s>" } };

function folder(files: { readonly jinja?: string; readonly config?: object }): Folder {
  return new MemoryFolder("model", {
    ...(files.jinja === undefined ? {} : { "chat_template.jinja": bytes(files.jinja) }),
    ...(files.config === undefined ? {} : { "tokenizer_config.json": bytes(JSON.stringify(files.config)) }),
  });
}

async function open(chat_template: unknown) {
  const template = await openChatTemplate(folder({ config: { ...NAMES, chat_template } }));
  return template ?? expect.unreachable();
}

describe("a chat template", () => {
  it.each(RENDERED)("renders as jinja2 does (%#)", async (text, conversation, addGenerationPrompt, rendered) => {
    const template = await open(text);
    const now = new Date(2024, 6, 4, 9, 5);
    expect(template.render(CONVERSATIONS[conversation], { addGenerationPrompt, now })).toBe(rendered);
  });

  it("may refuse a conversation, and says why", async () => {
    const template = await open(GEMMA);
    expect(() => template.render(CONVERSATIONS.system, { addGenerationPrompt: true })).toThrow(
      expect.objectContaining({ code: "template/refused", facts: { found: "System role not supported" } }),
    );
  });

  it("is taken from its own file first, then from the settings, there by the name default", async () => {
    const named = [
      { name: "tool_use", template: "tools" },
      { name: "default", template: "default" },
    ];
    const render = async (files: Parameters<typeof folder>[0]) =>
      (await openChatTemplate(folder(files)))?.render([], { addGenerationPrompt: false });
    expect(await render({ jinja: "file", config: { chat_template: "settings" } })).toBe("file");
    expect(await render({ config: { chat_template: "settings" } })).toBe("settings");
    expect(await render({ config: { chat_template: named } })).toBe("default");
    expect(await render({ config: { chat_template: named.slice(0, 1) } })).toBe("tools");
    expect(await render({ config: { chat_template: null } })).toBeUndefined();
    expect(await render({})).toBeUndefined();
  });
});

describe("the token that ends a turn", () => {
  const tokens = ["<s>", "</s>", "<|im_end|>", "<end_of_turn>", ..."Awaseuronmdltx_? \n"];
  const definition = {
    added_tokens: tokens.slice(0, 4).map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: "Fuse" },
    model: { type: "BPE", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: [] },
  };

  it.each([
    ["ChatML's", CHATML, 2],
    ["Gemma's", GEMMA, 3],
    ["EOS after a space", "{% for m in messages %}{{ m.content }} {{ eos_token }}{% endfor %}", 1],
    ["none where text follows", "{% for m in messages %}{{ m.content }} ? {{ eos_token }}{% endfor %}", undefined],
    ["none where nothing follows", "{% for m in messages %}{{ m.content }}{% endfor %}", undefined],
    ["none where no answer may be shown", "{{ raise_exception('no') }}", undefined],
  ])("is %s", async (_, text, id) => {
    const files = new MemoryFolder("model", { "tokenizer.json": bytes(JSON.stringify(definition)) });
    expect(endOfTurn(await open(text), await openTokenizer(files))).toBe(id);
  });
});
