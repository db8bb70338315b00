import { describe, expect, it } from "vitest";
import { architectures } from "../architectures";
import type { ArchitectureDefinition } from "../architectures/define";
import type { JsonObject } from "../model";
import { ConfigFacts } from "./configFacts";
import { decoderSpec } from "./decoder";
import type { LayerSpec, ModelSpec, NormSpec } from "./spec";

/** Sizes that every architecture can make something of. */
const SIZES = {
  hidden_size: 32,
  intermediate_size: 48,
  moe_intermediate_size: 16,
  num_attention_heads: 4,
  num_hidden_layers: 4,
  num_local_experts: 2,
  n_embd: 32,
  n_head: 4,
  n_layer: 4,
  num_layers: 4,
  ffn_hidden_size: 64,
  n_routed_experts: 4,
  num_experts: 4,
  num_experts_per_tok: 2,
};
/** What switches parts of an architecture on: together with the plain config every weight is asked for by one of these. */
const VARIANTS: readonly JsonObject[] = [
  {},
  { use_qk_norm: true },
  { qk_layernorm: true },
  { use_parallel_residual: true },
  { mlp_only_layers: [0] },
  { parallel_attn: false },
  { new_decoder_architecture: true },
];

type Runnable = ArchitectureDefinition & Required<Pick<ArchitectureDefinition, "forward">>;

/** Those that have a forward pass; the others are merged, and not measured. */
const runnable = architectures.filter((definition): definition is Runnable => definition.forward !== undefined);

const specOf = (definition: Runnable, variant: JsonObject) => {
  const config = new ConfigFacts({ ...SIZES, ...variant });
  return decoderSpec(definition, definition.forward(config), config);
};

/** Names without `.weight` that a spec asks for: those of layers, and those around them. */
function askedOf({ embedding, layers, norm, head }: Omit<ModelSpec, "architecture">) {
  return {
    inLayers: new Set(layers.flatMap(namesIn)),
    around: new Set(
      [embedding.table, embedding.positions, head.table, head.bias, ...namesOf(norm)].flatMap((name) =>
        name === undefined ? [] : [plain(name)],
      ),
    ),
  };
}

function namesIn({ attention, mlp, norms }: LayerSpec): readonly string[] {
  const { projections, output, queryNorm, keyNorm } = attention;
  const matrices = projections.kind === "separate" ? [projections.q, projections.k, projections.v] : [projections.qkv];
  return [
    ...[...matrices, output].map(({ name }) => name),
    ...[...Object.values(norms), queryNorm?.norm, keyNorm?.norm].flatMap((norm) => (norm ? namesOf(norm) : [])),
    ...(mlp.kind === "experts"
      ? mlp.names.flatMap(({ kind: _, ...names }) => Object.values(names))
      : Object.values(mlp).flatMap((part) => (typeof part === "object" ? [part.name] : []))),
  ];
}

const namesOf = ({ name }: NormSpec) => (typeof name === "string" ? [name] : name);

const plain = (name: string) => name.replace(/\.(weight|bias)$/, "");

describe.each(runnable.map((definition) => [definition.architectures[0] ?? "", definition] as const))(
  "the forward pass of %s",
  (_, definition) => {
    const { layer, pre, post, families = [] } = definition;
    const inLayout = new Set(layer.map(({ name }) => plain(name)));
    const aroundLayout = new Set([...pre, ...post].map(({ name }) => plain(name)));

    it("asks only for tensors that the layout has", () => {
      for (const variant of VARIANTS) {
        const { inLayers, around } = askedOf(specOf(definition, variant));
        const unknown = [...inLayers].filter(
          (name) => !inLayout.has(name) && !families.some((start) => name.startsWith(start)),
        );
        expect(unknown).toEqual([]);
        expect([...around].filter((name) => !aroundLayout.has(name))).toEqual([]);
      }
    });

    it("asks for every tensor that the layout has", () => {
      const asked = VARIANTS.map((variant) => askedOf(specOf(definition, variant)));
      const inLayers = new Set(asked.flatMap((names) => [...names.inLayers]));
      const around = new Set(asked.flatMap((names) => [...names.around]));
      expect([...inLayout].filter((name) => !inLayers.has(name))).toEqual([]);
      expect([...aroundLayout].filter((name) => !around.has(name))).toEqual([]);
      const unusedFamilies = families.filter((start) => ![...inLayers].some((name) => name.startsWith(start)));
      expect(unusedFamilies).toEqual([]);
    });

    it("asks for each required tensor whatever the config says", () => {
      const needed = layer.filter(({ optional, role }) => role && !optional).map(({ name }) => plain(name));
      for (const variant of VARIANTS) {
        const { inLayers } = askedOf(specOf(definition, variant));
        expect(needed.filter((name) => !inLayers.has(name))).toEqual([]);
      }
    });
  },
);

it("has one role for one weight of a layer, and a bias only beside a weight", () => {
  for (const { layer } of runnable) {
    const roles = layer.flatMap(({ role }) => role ?? []);
    expect(roles).toEqual([...new Set(roles)]);
    const weights = new Set(layer.flatMap(({ name, role }) => (role ? [plain(name)] : [])));
    expect(layer.filter(({ name, role }) => !role && !weights.has(plain(name)))).toEqual([]);
  }
});

it("takes one norm for both halves of a parallel layer", () => {
  const definition = runnable.find(({ architectures: [name] }) => name === "CohereForCausalLM");
  if (!definition) throw new Error("Cohere is known.");
  const [first] = specOf(definition, {}).layers;
  expect(first?.norms.beforeMlp).toBe(first?.norms.beforeAttention);
  expect(first?.norms.afterMlp).toBeUndefined();
});
