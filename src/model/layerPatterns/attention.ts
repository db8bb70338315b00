import { inWords } from "../../base/inWords";
import { append } from "../../base/lists";
import type { Kind, LayerPattern, PatternConfig } from "./define";

/** Kinds that differ in what a layer sees of the text, and in no tensor. */
const VIEWS: readonly Kind[] = ["full_attention", "sliding_attention", "chunked_attention"];

/** Architectures of transformers that read `layer_types`, and what they assume without. */
const FAMILIES: readonly {
  readonly families: readonly string[];
  kind(config: PatternConfig): (layer: number) => Kind;
}[] = [
  { families: ["gemma2", "vaultgemma", "gptoss"], kind: () => everySlides(2) },
  { families: ["gemma3"], kind: (config) => everySlides(patternOf(config, 6)) },
  { families: ["gemma3n"], kind: () => everySlides(5) },
  { families: ["cohere2"], kind: (config) => everySlides(patternOf(config, 4)) },
  { families: ["olmo3"], kind: () => everySlides(4) },
  { families: ["afmoe"], kind: (config) => everySlides(config.count("global_attn_every_n_layers", 4)) },
  { families: ["exaone4"], kind: exaone },
  { families: ["qwen2", "qwen3", "qwen2moe", "qwen2vl", "qwen25vl", "dots1"], kind: aboveWindowLayers },
  { families: ["smollm3"], kind: (config) => unrotatedSlide(config) },
  {
    families: ["llama4"],
    kind: (config) => (layer) => (rotates(config)(layer) ? "chunked_attention" : "full_attention"),
  },
  { families: ["qwen3next", "qwen35", "qwen35moe", "qwen35text"], kind: (config) => everyFull(config, 4) },
  { families: ["minimax"], kind: () => (layer) => (layer % 2 === 0 ? "full_attention" : "linear_attention") },
];

/** Full, sliding, chunked or linear attention: `layer_types`, or the rule that its architecture has without it. */
export const attentionPattern: LayerPattern = {
  key: "layer_types",
  lists: ["layer_types", "sliding_window_pattern"],
  plain: "full_attention",
  kinds(config) {
    if (config.has("layer_types")) return config.perLayer("layer_types")?.map(inWords);
    const family = FAMILIES.find(({ families }) => config.isOneOf(families));
    if (family) return config.each(family.kind(config));
    if (config.has("full_attention_interval")) return config.each(everyFull(config, 4));
    const pattern = config.number("sliding_window_pattern") ?? config.number("_sliding_window_pattern");
    return pattern === undefined ? undefined : config.each(everySlides(pattern));
  },
  write(kinds, config) {
    const read = config.has("layer_types") || FAMILIES.some(({ families }) => config.isOneOf(families));
    const slides = kinds.includes("sliding_attention");
    if (!read || (slides && !hasWindow(config))) return undefined;
    return { layer_types: [...kinds] };
  },
  runsAs: (kind, other) => VIEWS.includes(kind) && VIEWS.includes(other),
};

/** Layers whose queries and keys are not rotated (SmolLM3, Llama 4): a 0 in `no_rope_layers`, or every n-th. */
export const ropePattern: LayerPattern = {
  key: "no_rope_layers",
  lists: ["no_rope_layers"],
  plain: "rotated",
  kinds(config) {
    const listed = config.value("no_rope_layers");
    if (Array.isArray(listed) && listed.length > 0 && listed.length !== config.depth) return undefined;
    if (!Array.isArray(listed) && !config.has("no_rope_layer_interval") && !config.is("smollm3", "llama4"))
      return undefined;
    return config.each((layer) => (rotates(config)(layer) ? "rotated" : "not rotated"));
  },
  write(kinds, config) {
    if (!config.has("no_rope_layers") && !config.is("smollm3", "llama4")) return undefined;
    return { no_rope_layers: kinds.map((kind) => (kind === "rotated" ? 1 : 0)) };
  },
  runsAs: () => true,
};

/** GPT-Neo: `[[["global", "local"], 12]]` is the pair twelve times over. */
export const gptNeoPattern: LayerPattern = {
  key: "attention_types",
  lists: ["attention_types", "attention_layers"],
  plain: "global",
  kinds(config) {
    const types = config.value("attention_types");
    if (!Array.isArray(types)) return undefined;
    const kinds: Kind[] = [];
    for (const entry of types) {
      const [names, times] = Array.isArray(entry) ? entry : [];
      if (!Array.isArray(names) || !Number.isSafeInteger(times) || times * names.length > config.depth)
        return undefined;
      for (let time = 0; time < times; time++) append(kinds, names.map(inWords));
    }
    return kinds.length === config.depth ? kinds : undefined;
  },
  write: (kinds, config) => ({
    attention_types: [[[...kinds], 1]],
    ...(config.has("attention_layers") ? { attention_layers: [...kinds] } : {}),
  }),
  runsAs: () => true,
};

/** GPT-2 with `scale_attn_by_inverse_layer_idx`: the scores of layer n are divided by n + 1. */
export const inverseScalePattern: LayerPattern = {
  key: "scale_attn_by_inverse_layer_idx",
  lists: [],
  plain: "1",
  kinds: (config) =>
    config.value("scale_attn_by_inverse_layer_idx") === true
      ? config.each((layer) => `scores divided by ${layer + 1}`)
      : undefined,
  runsAs: () => true,
};

/** Rules by number that nothing else can say: Phi-3-small, ModernBERT. */
export const fixedAttentionPattern: LayerPattern = {
  key: "dense_attention_every_n_layers",
  lists: [],
  plain: "full_attention",
  kinds(config) {
    if (config.has("dense_attention_every_n_layers")) {
      const every = config.count("dense_attention_every_n_layers", 1);
      return config.each((layer) => ((layer + 1) % every === 0 ? "full_attention" : "block sparse attention"));
    }
    if (!config.has("global_attn_every_n_layers") || config.is("afmoe") || config.has("layer_types")) return undefined;
    const every = config.count("global_attn_every_n_layers", 1);
    return config.each((layer) => (layer % every === 0 ? "full_attention" : "sliding_attention"));
  },
  runsAs: () => true,
};

/** The last of every `count` layers sees all, the others slide. */
function everySlides(count: number): (layer: number) => Kind {
  return (layer) => (count >= 1 && (layer + 1) % count === 0 ? "full_attention" : "sliding_attention");
}

function everyFull(config: PatternConfig, usual: number): (layer: number) => Kind {
  const every = config.count("full_attention_interval", usual);
  return (layer) => ((layer + 1) % every === 0 ? "full_attention" : "linear_attention");
}

function patternOf(config: PatternConfig, usual: number): number {
  return config.count("sliding_window_pattern", config.count("_sliding_window_pattern", usual));
}

/** A number as elsewhere, or a text with an L for each layer that slides. */
function exaone(config: PatternConfig): (layer: number) => Kind {
  if (!hasWindow(config)) return () => "full_attention";
  const pattern = config.value("sliding_window_pattern");
  if (typeof pattern !== "string" || pattern === "") return everySlides(patternOf(config, 4));
  return (layer) => (pattern[layer % pattern.length] === "L" ? "sliding_attention" : "full_attention");
}

/** Layers from `max_window_layers` up slide, where a window is in use. */
function aboveWindowLayers(config: PatternConfig): (layer: number) => Kind {
  const from = config.number("max_window_layers") ?? (config.is("dots1") ? 62 : 28);
  return (layer) => (hasWindow(config) && layer >= from ? "sliding_attention" : "full_attention");
}

function unrotatedSlide(config: PatternConfig): (layer: number) => Kind {
  const rotated = rotates(config);
  return (layer) => (hasWindow(config) && !rotated(layer) ? "sliding_attention" : "full_attention");
}

function rotates(config: PatternConfig): (layer: number) => boolean {
  const listed = config.value("no_rope_layers");
  const interval = config.count("no_rope_layer_interval", 4);
  return (layer) =>
    Array.isArray(listed) && listed.length > 0 ? Number(listed[layer] ?? 1) !== 0 : (layer + 1) % interval !== 0;
}

/** Whether layers that slide have a window: some families take one only where `use_sliding_window` is set. */
function hasWindow(config: PatternConfig): boolean {
  if (config.is("qwen2", "qwen3", "qwen2moe", "qwen2vl", "qwen25vl", "smollm3")) {
    if (config.value("use_sliding_window") !== true) return false;
  }
  return !Object.hasOwn(config.values, "sliding_window") || config.has("sliding_window");
}
