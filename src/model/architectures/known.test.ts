import { expect, it } from "vitest";
import { architectures } from "../architectures";
import { bringArchitectures, findArchitecture } from "./known";

it("Llamas are known from the start, all others once a model of theirs is opened", async () => {
  await bringArchitectures({ architectures: ["LlamaForCausalLM"] });
  expect(findArchitecture("LlamaForCausalLM")?.root).toBe("model.layers");
  expect(findArchitecture("GPT2LMHeadModel")).toBeUndefined();
  await bringArchitectures({});
  expect(findArchitecture("GPT2LMHeadModel")).toBeUndefined();
  await bringArchitectures({ architectures: ["GPT2LMHeadModel"] });
  for (const definition of architectures) {
    for (const name of definition.architectures) expect(findArchitecture(name)).toBe(definition);
  }
  expect(findArchitecture("RwkvForCausalLM")).toBeUndefined();
});
