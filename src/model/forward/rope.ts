import { type ConfigFacts, unsupported } from "./configFacts";

/** How the frequencies of a rotary embedding are stretched for long texts. */
export type RopeScaling =
  | { readonly type: "default" }
  | { readonly type: "linear"; readonly factor: number }
  | {
      readonly type: "llama3";
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalPositions: number;
    }
  | {
      readonly type: "yarn";
      readonly factor: number;
      readonly originalPositions: number;
      readonly attentionFactor: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      /** Whether the border dimensions are rounded outwards. */
      readonly truncate: boolean;
    }
  | {
      readonly type: "longrope";
      readonly originalPositions: number;
      readonly attentionFactor: number;
      readonly shortFactors: readonly number[];
      readonly longFactors: readonly number[];
    };

/** A rotary position embedding of the first `rotary` dimensions of each head. */
export interface RopeSpec {
  readonly theta: number;
  readonly rotary: number;
  /** Pairs are (0, 1), (2, 3) …; else dimension i turns with i + rotary/2. */
  readonly interleaved: boolean;
  readonly scaling: RopeScaling;
}

export interface RopeOptions {
  readonly headDim: number;
  /** Which of `rope_parameters` is meant where it has one entry per kind of layer. */
  readonly layerType?: string;
  readonly interleaved?: boolean;
  /** Share of the head that turns, where the config says nothing. */
  readonly partial?: number;
  /** Base where the config says nothing. */
  readonly theta?: number;
}

/**
 * The rotary embedding that a config describes: `rope_parameters` (transformers 5), also with an entry per kind of layer, or
 * `rope_theta`, `rope_scaling` and `partial_rotary_factor` (before). NTK by length (`dynamic`) is the default up to the length a
 * model was made for, and is taken as that.
 * @throws {AwaseError} `lm/unsupported` for a kind that is not known, `lm/config`
 */
export function ropeOf(config: ConfigFacts, options: RopeOptions): RopeSpec {
  const all = config.object("rope_parameters");
  const own = (options.layerType === undefined ? undefined : all?.object(options.layerType)) ?? all;
  const settings = own ?? config.object("rope_scaling");
  const partial =
    own?.optionalNumber("partial_rotary_factor") ??
    config.optionalNumber("partial_rotary_factor") ??
    config.optionalNumber("rotary_pct") ??
    options.partial ??
    1;
  const theta = own?.optionalNumber("rope_theta") ?? config.optionalNumber("rope_theta");
  const pairs = Math.floor(Math.trunc(options.headDim * partial) / 2);
  return {
    theta: theta ?? config.number("rotary_emb_base", options.theta ?? 10_000),
    rotary: 2 * pairs,
    interleaved: options.interleaved ?? false,
    scaling: settings ? scalingOf(settings, config, pairs) : { type: "default" },
  };
}

/** Formulas: transformers' `modeling_rope_utils.py`; YaRN is arXiv 2309.00071, LongRoPE arXiv 2402.13753. */
function scalingOf(settings: ConfigFacts, config: ConfigFacts, pairs: number): RopeScaling {
  const type = settings.text("rope_type", settings.text("type", "default"));
  const stated =
    settings.optionalNumber("original_max_position_embeddings") ??
    config.optionalNumber("original_max_position_embeddings");
  const original = () => stated ?? config.count("max_position_embeddings");
  switch (type) {
    case "default":
    case "dynamic":
    case "mrope": // positions of a text are the same in all three of its sections
      return { type: "default" };
    case "linear":
      return { type, factor: settings.number("factor") };
    case "llama3":
      return {
        type,
        factor: settings.number("factor"),
        lowFrequencyFactor: settings.number("low_freq_factor"),
        highFrequencyFactor: settings.number("high_freq_factor"),
        originalPositions: original(),
      };
    case "yarn": {
      const factor = settings.optionalNumber("factor") ?? config.count("max_position_embeddings") / original();
      return {
        type,
        factor,
        originalPositions: original(),
        attentionFactor: settings.optionalNumber("attention_factor") ?? yarnAttention(settings, factor),
        betaFast: settings.number("beta_fast", 32),
        betaSlow: settings.number("beta_slow", 1),
        truncate: settings.flag("truncate", true),
      };
    }
    case "longrope":
    case "su": {
      const stretch =
        stated === undefined ? settings.number("factor", 1) : config.count("max_position_embeddings") / stated;
      return {
        type: "longrope",
        originalPositions: original(),
        attentionFactor:
          settings.optionalNumber("attention_factor") ??
          (stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original()))),
        shortFactors: settings.numbersOf("short_factor", pairs),
        longFactors: settings.numbersOf("long_factor", pairs),
      };
    }
    default:
      return unsupported("rope_type", type, ["default", "linear", "dynamic", "llama3", "yarn", "longrope"]);
  }
}

function yarnAttention(settings: ConfigFacts, factor: number): number {
  const magnitude = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  const [one, all] = [settings.optionalNumber("mscale"), settings.optionalNumber("mscale_all_dim")];
  return one && all ? magnitude(one) / magnitude(all) : magnitude(1);
}
