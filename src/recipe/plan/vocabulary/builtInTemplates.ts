import { own } from "../../../base/own";

/**
 * The chat templates that mergekit knows by name, written again. Blanks are as the families have them: mergekit's `llama3` and `exaone`
 * put line ends and spaces between turns that those models never saw.
 */
const BUILT_IN: Readonly<Record<string, string>> = {
  alpaca:
    "{% for message in messages %}" +
    "{% if message['role'] == 'system' %}{{ message['content'] | trim + '\\n\\n' }}" +
    "{% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] | trim + '\\n\\n' }}" +
    "{% elif message['role'] == 'user_context' %}{{ '### Input:\\n' + message['content'] | trim + '\\n\\n' }}" +
    "{% elif message['role'] == 'assistant' %}{{ '### Response:\\n' + message['content'] | trim + '\\n\\n' }}" +
    "{% endif %}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}",
  chatml:
    "{% for message in messages %}" +
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}" +
    "{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
  exaone:
    "{% for message in messages %}" +
    "{% if loop.first and message['role'] != 'system' %}{{ '[|system|][|endofturn|]\\n' }}{% endif %}" +
    "{{ '[|' + message['role'] + '|]' + message['content'] }}" +
    "{% if message['role'] == 'user' %}{{ '\\n' }}{% else %}{{ '[|endofturn|]\\n' }}{% endif %}" +
    "{% endfor %}" +
    "{% if add_generation_prompt %}{{ '[|assistant|]' }}{% endif %}",
  llama3:
    "{{ bos_token }}{% for message in messages %}" +
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}" +
    "{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
  mistral:
    "{% set system = messages[0]['content'] + '\\n\\n' if messages[0]['role'] == 'system' else '' %}" +
    "{% set turns = messages[1:] if messages[0]['role'] == 'system' else messages %}" +
    "{{ bos_token }}{% for message in turns %}" +
    "{% if message['role'] != ('user' if loop.index0 % 2 == 0 else 'assistant') %}" +
    "{{ raise_exception('After an optional system message, the roles user and assistant must take turns.') }}{% endif %}" +
    "{% if message['role'] == 'user' %}" +
    "{{ ' [INST] ' + (system if loop.first else '') + message['content'] + ' [/INST]' }}" +
    "{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}" +
    "{% endfor %}",
};

/** Names that `chat_template` may have in place of a text. */
export const TEMPLATE_NAMES: readonly string[] = Object.keys(BUILT_IN);

/** The template of that name. */
export function builtInTemplate(name: string): string | undefined {
  return own(BUILT_IN, name);
}
