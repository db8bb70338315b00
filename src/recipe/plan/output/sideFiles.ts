import type { SideFile } from "../plan";
import type { PlanContext } from "../planContext";

/** What is copied from the donor as it is, where it has them. */
const COPIED = [
  "generation_config.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "tokenizer.json",
  "tokenizer.model",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "chat_template.jinja",
  "chat_template.json",
  "preprocessor_config.json",
  "processor_config.json",
  "video_preprocessor_config.json",
  "normalizer.json",
] as const;

/**
 * The output's files besides weights, index and model card: config, the donor's tokenizer, generation and processor files,
 * and the recipe, byte for byte.
 */
export function sideFiles({ donor, bag }: PlanContext, configText: string, recipe: string): readonly SideFile[] {
  const { reference, checkpoint } = donor;
  const sizes = new Map(checkpoint.files.map(({ path, size }) => [path, size]));
  const copies = COPIED.flatMap((path): SideFile[] => {
    const size = sizes.get(path);
    return size === undefined ? [] : [{ path, kind: "copy", model: reference.key, from: path, size }];
  });
  if (!["tokenizer.json", "tokenizer.model", "vocab.json"].some((path) => sizes.has(path))) {
    bag.add({
      code: "plan/no-tokenizer",
      severity: "warning",
      span: reference.span,
      facts: { model: reference.key },
      message: () =>
        `${reference.key} has no tokenizer files, so the output will have none. Add them to the model's folder.`,
    });
  }
  if (Object.hasOwn(checkpoint.config, "auto_map")) {
    bag.add({
      code: "plan/remote-code",
      severity: "warning",
      span: reference.span,
      facts: { model: reference.key },
      message: () =>
        `config.json of ${reference.key} points to Python code of its own (auto_map). Code is not copied; copy it by hand if you trust it.`,
    });
  }
  return [
    { path: "config.json", kind: "text", text: configText },
    ...copies,
    { path: "mergekit_config.yml", kind: "text", text: recipe },
  ];
}
