import { describe, expect, it } from "vitest";
import { ConfigFacts } from "../../model/forward/configFacts";
import { type RopeOptions, ropeOf } from "../../model/forward/rope";
import type { JsonObject } from "../../model/model";
import { ropeFrequencies, ropeTable } from "./ropeTable";

const rope = (config: JsonObject, options: Partial<RopeOptions> = {}) =>
  ropeOf(new ConfigFacts(config), { headDim: 8, ...options });

describe("ropeTable", () => {
  it("holds cosines and sines by position and pair", () => {
    const table = ropeTable(rope({ rope_theta: 10_000 }, { headDim: 4 }), 3);
    const at = (angle: number) => [Math.cos(angle), Math.sin(angle)];
    const expected = [at(0), at(0), at(1), at(0.01), at(2), at(0.02)].flat();
    expect(table).toHaveLength(expected.length);
    expected.forEach((value, i) => {
      expect(table[i]).toBeCloseTo(value, 7);
    });
  });

  it("multiplies cosines and sines by YaRN's attention factor", () => {
    const settings = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32 };
    const [cos] = ropeTable(rope({ rope_parameters: settings }), 1);
    expect(cos).toBeCloseTo(0.1 * Math.log(4) + 1, 6);
    const stated = { ...settings, attention_factor: 1.5 };
    expect(ropeTable(rope({ rope_parameters: stated }), 1)[0]).toBe(1.5);
    const [ofScales] = ropeTable(rope({ rope_parameters: { ...settings, mscale: 2, mscale_all_dim: 0.5 } }), 1);
    expect(ofScales).toBeCloseTo((0.2 * Math.log(4) + 1) / (0.05 * Math.log(4) + 1), 6);
  });
});

describe("ropeFrequencies", () => {
  const plain = [1, 0.1, 0.01, 0.001];
  const close = (found: readonly number[], expected: readonly number[]) => {
    expect(found).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 12);
  };

  it("falls by the base's power", () => close(ropeFrequencies(rope({}), 1), plain));

  it("covers part of a head", () => {
    const half = rope({ partial_rotary_factor: 0.5 });
    expect(half.rotary).toBe(4);
    close(ropeFrequencies(half, 1), [1, 0.01]);
    expect(rope({ rope_parameters: { partial_rotary_factor: 0.25 } }).rotary).toBe(2);
    expect(rope({ rotary_pct: 0.5, rotary_emb_base: 100 })).toMatchObject({ rotary: 4, theta: 100 });
  });

  it("is divided throughout by a linear factor", () => {
    const spec = rope({ rope_scaling: { type: "linear", factor: 2 } });
    close(
      ropeFrequencies(spec, 1),
      plain.map((frequency) => frequency / 2),
    );
  });

  it("is, for Llama 3, kept where it turns often, divided where it turns seldom, and mixed between", () => {
    const spec = rope({
      rope_scaling: {
        rope_type: "llama3",
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 100,
      },
    });
    // Turns in 100 positions: 15.9, 1.59, 0.159, 0.0159; the ramp is from 1 to 4.
    const ramp = (10 / (2 * Math.PI) - 1) / 3;
    close(ropeFrequencies(spec, 1), [1, (1 - ramp) * (0.1 / 8) + ramp * 0.1, 0.01 / 8, 0.001 / 8]);
  });

  it("is, for YaRN, kept below one border dimension, divided above another, and mixed between", () => {
    const settings = {
      rope_type: "yarn",
      factor: 4,
      original_max_position_embeddings: 1000,
      beta_fast: 32,
      beta_slow: 1,
    };
    // Borders: 8·ln(1000 / 2πβ) / (2·ln 10000), so 0.70 and 2.20; rounded outwards 0 and 3.
    close(ropeFrequencies(rope({ rope_parameters: settings }), 1), [
      1,
      (2 / 3) * 0.1 + (1 / 3) * (0.1 / 4),
      (1 / 3) * 0.01 + (2 / 3) * (0.01 / 4),
      0.001 / 4,
    ]);
    const border = (beta: number) => (8 * Math.log(1000 / (2 * Math.PI * beta))) / (2 * Math.log(10_000));
    const [low, high] = [border(32), border(1)];
    const ramp = (1 - low) / (high - low);
    const exact = ropeFrequencies(rope({ rope_parameters: { ...settings, truncate: false } }), 1);
    expect(exact[1]).toBeCloseTo((1 - ramp) * 0.1 + ramp * (0.1 / 4), 12);
  });

  it("has, for LongRoPE, its own divisors for short and for long texts", () => {
    const spec = rope({
      max_position_embeddings: 64,
      original_max_position_embeddings: 16,
      rope_scaling: { type: "longrope", short_factor: [1, 1, 2, 2], long_factor: [1, 2, 4, 8] },
    });
    close(ropeFrequencies(spec, 16), [1, 0.1, 0.005, 0.0005]);
    close(ropeFrequencies(spec, 17), [1, 0.05, 0.0025, 0.000125]);
    expect(ropeTable(spec, 1)[0]).toBeCloseTo(Math.sqrt(1 + Math.log(4) / Math.log(16)), 6);
  });
});

describe("ropeOf", () => {
  it("reads the old and the new way of saying the same", () => {
    const scaling = { factor: 2, rope_type: "linear" };
    expect(rope({ rope_theta: 5000, rope_scaling: scaling })).toEqual(
      rope({ rope_parameters: { ...scaling, rope_theta: 5000 } }),
    );
  });

  it("takes the entry of its kind of layer", () => {
    const config = { rope_parameters: { full_attention: { rope_theta: 7 }, sliding_attention: { rope_theta: 5 } } };
    expect(rope(config, { layerType: "sliding_attention" }).theta).toBe(5);
    expect(rope(config, { layerType: "full_attention" }).theta).toBe(7);
  });

  it("takes NTK by length for the default, which it is up to the length a model was made for", () => {
    expect(rope({ rope_scaling: { type: "dynamic", factor: 2 } }).scaling).toEqual({ type: "default" });
  });

  it("names a kind that it does not know", () => {
    expect(() => rope({ rope_scaling: { rope_type: "spiral" } })).toThrow(
      expect.objectContaining({ code: "lm/unsupported", facts: expect.objectContaining({ found: "spiral" }) }),
    );
  });

  it("wants as many divisors as there are pairs", () => {
    const config = {
      max_position_embeddings: 8,
      rope_scaling: { type: "longrope", short_factor: [1], long_factor: [1] },
    };
    expect(() => rope(config)).toThrow(expect.objectContaining({ code: "lm/config" }));
  });
});
