import { failuresOf } from "../base/errors";
import type { Sentences } from "../base/sentences";

/** Why a model cannot be run, and its chat template not be used, in English. */
export const lmSentences = {
  "template/broken": ({ found }: { found: string }) =>
    `The chat template cannot be read: ${found}. Correct it in the model folder, or turn the template off.`,
  "template/failed": ({ found }: { found: string }) =>
    `The chat template cannot be applied to this conversation: ${found}. Turn the template off to send the prompt as it is.`,
  "template/too-large": ({ what, found, limit }: { what: string; found: number; limit: number }) =>
    `The chat template has ${found} ${what}; at most ${limit} are read. This is no template of a model; turn it off.`,
  "template/too-much": ({ what, limit }: { what: string; limit: number | string }) =>
    `The chat template was stopped: it needs more than ${limit} ${what}, which no chat template does. Turn the template off, or get the model from another place.`,
  "template/refused": ({ found }: { found: string }) =>
    `The chat template refuses this conversation: ${found}. Change the messages, or turn the template off.`,
  "lm/no-tokens": ({ text }: { text: number }) =>
    `Text ${text} has no tokens; a model needs one at least. Leave it out.`,
  "lm/token": ({ text, found, vocabulary }: { text: number; found: number; vocabulary: number }) =>
    `Text ${text} has the token ${found}, but the model's vocabulary has ${vocabulary}: 0 to ${vocabulary - 1}. Use the tokenizer of this model.`,
  "lm/too-long": ({ text, found, limit }: { text: number; found: number; limit: number }) =>
    `Text ${text} has ${found} tokens, but at most ${limit} go through this model here. Make it shorter.`,
  "lm/activations": ({ found, expected }: { found: number; expected: number }) =>
    `The model has rows of ${expected} numbers, but was given rows of ${found}. Only models of one shape can take turns.`,
  "lm/architecture": ({ found, known }: { found: string; known: string }) =>
    `config.json names ${found}, whose forward pass is not known here. Known are ${known}. The model can be merged, but not measured.`,
  "lm/mixed-types": ({ tensor, found, expected }: { tensor: string; found: string; expected: string }) =>
    `${tensor} is stored as ${found}, and its neighbours as ${expected}; they are read as one weight. Convert the model to one type first.`,
  "lm/no-tensor": ({ tensor }: { tensor: string }) =>
    `The model has no tensor ${tensor}, which its config.json asks for. Its weights and its config.json do not belong together.`,
  "lm/too-large": ({ tensor, needed, limit }: { tensor: string; needed: number; limit: number }) =>
    `${tensor} takes ${needed} bytes on the device, but this one shows a kernel ${limit} at once. Use a device with larger bindings.`,

  "lm/shape": ({ tensor, found, expected }: { tensor: string; found: string; expected: string }) =>
    `${tensor} has the shape ${found}, but config.json makes it ${expected}. The weights and the config.json do not belong together.`,
} satisfies Sentences;

export const lmFailure = failuresOf(lmSentences);
