import { ODD_NAMES, ODD_NUMBERS } from "../mutate/odd";
import type { Random } from "../random";

const METHODS = [
  "linear",
  "slerp",
  "ties",
  "dare_ties",
  "task_arithmetic",
  "passthrough",
  "breadcrumbs",
  "model_stock",
  "nuslerp",
  "sce",
];
const MODELS = ["a", "b", "base"];
const PARAMETERS = ["weight", "density", "t", "lambda", "normalize", "int8_mask", "scale", "gamma", "epsilon"];

/** A recipe as people write them, in one of YAML's many ways, mostly right. */
export function recipeText(random: Random): string {
  const lines: string[] = [];
  const anchored = random.oneIn(5);
  if (random.oneIn(6))
    lines.push(random.pick(["# awase: {seed: 7}", "# awase:", "%YAML 1.1\n---", "---", "# made by hand"]));
  if (anchored) lines.push(`x: &x {${parameters(random).join(", ")}}`);
  lines.push(`merge_method: ${scalar(random, random.pick(METHODS))}`);
  if (!random.oneIn(3)) lines.push(`base_model: ${scalar(random, model(random))}`);
  if (random.oneIn(2)) lines.push(...settings(random, "", anchored));
  if (random.oneIn(3))
    lines.push(`dtype: ${scalar(random, random.pick(["bfloat16", "float16", "float32", "bf16", "torch.float32"]))}`);
  lines.push(...(random.oneIn(3) ? slices(random, anchored) : models(random, anchored)));
  if (random.oneIn(8))
    lines.push(random.pick(["tokenizer_source: union", "chat_template: chatml", "out_dtype: float16", "weight: 1"]));
  const end = random.oneIn(12) ? "\r\n" : "\n";
  return lines.map((line) => (random.oneIn(30) ? `${line} # why` : line)).join(end) + (random.oneIn(10) ? "" : end);
}

function models(random: Random, anchored: boolean): readonly string[] {
  if (random.oneIn(5))
    return [`models: [${random.list(1 + random.below(4), () => `{model: ${model(random)}}`).join(", ")}]`];
  return ["models:", ...random.list(1 + random.below(4), () => item(random, "  ", anchored)).flat()];
}

function item(random: Random, indent: string, anchored: boolean): readonly string[] {
  const settled = random.oneIn(3) ? [] : settings(random, `${indent}  `, anchored);
  return [`${indent}- model: ${scalar(random, model(random))}`, ...settled];
}

function slices(random: Random, anchored: boolean): readonly string[] {
  const slice = () => {
    const range = random.oneIn(4)
      ? `[${random.pick(ODD_NUMBERS)}, ${random.pick(ODD_NUMBERS)}]`
      : `[${random.below(2)}, ${1 + random.below(2)}]`;
    const sources = random.list(1 + random.below(3), () => [
      `      - model: ${scalar(random, model(random))}`,
      `        layer_range: ${range}`,
      ...(random.oneIn(4) ? settings(random, "        ", anchored) : []),
    ]);
    return ["  - sources:", ...sources.flat(), ...(random.oneIn(4) ? settings(random, "    ", anchored) : [])];
  };
  return ["slices:", ...random.list(1 + random.below(3), slice).flat()];
}

function settings(random: Random, indent: string, anchored: boolean): readonly string[] {
  if (anchored && random.oneIn(3))
    return [`${indent}parameters: ${random.pick(["*x", "{<<: *x}", "{<<: [*x, *x], weight: 1}"])}`];
  const lines = parameters(random);
  if (random.oneIn(3)) return [`${indent}parameters: {${lines.join(", ")}}`];
  return [
    `${indent}parameters:`,
    ...lines.flatMap((line) => (random.oneIn(5) ? filtered(random, `${indent}  `) : [`${indent}  ${line}`])),
  ];
}

function filtered(random: Random, indent: string): readonly string[] {
  const lines = random.list(1 + random.below(3), () => [
    `${indent}  - filter: ${scalar(random, random.pick(["self_attn", "mlp", "norm", "layers.1."]))}`,
    `${indent}    value: ${value(random)}`,
  ]);
  return [
    `${indent}${random.pick(PARAMETERS)}:`,
    ...lines.flat(),
    ...(random.oneIn(3) ? [] : [`${indent}  - value: ${value(random)}`]),
  ];
}

function parameters(random: Random): readonly string[] {
  return random.list(
    1 + random.below(3),
    () => `${random.oneIn(25) ? JSON.stringify(random.pick(ODD_NAMES)) : random.pick(PARAMETERS)}: ${value(random)}`,
  );
}

function value(random: Random): string {
  if (random.oneIn(6)) return `[${random.list(1 + random.below(5), () => number(random)).join(", ")}]`;
  return random.oneIn(10)
    ? random.pick(["true", "false", "yes", "null", ".5", "1e-3", "1_0", "0x10", "'0.5'"])
    : number(random);
}

function number(random: Random): string {
  return random.oneIn(12) ? random.pick(ODD_NUMBERS) : String(random.below(11) / 10);
}

function model(random: Random): string {
  return random.oneIn(15)
    ? random.pick(["org/a", "a@main", "./a", "A", "https://huggingface.co/org/a", ...ODD_NAMES.slice(0, 12)])
    : random.pick(MODELS);
}

function scalar(random: Random, text: string): string {
  if (random.oneIn(12)) return JSON.stringify(text);
  return random.oneIn(12) || !/^[\w./@:-]+$/.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
}
