import { DTYPE_BYTES, type DType, isFloatDType } from "../../formats/dtypes";
import { elementCount } from "../../formats/tensor";
import { aroundLayer, atLayer, findTensor, isBuffer, type Weight } from "../../model/layout/layout";
import type { Model, ModelTensor } from "../../model/model";
import { storedBytes } from "../../model/storedBytes";
import type { Mixture, MixtureExpert, ModelReference } from "../parse/recipe";
import { dtypeOf } from "../plan/output/dtypes";
import type { MadeTensor, PlannedInput, PlannedTensor } from "../plan/plan";
import type { PlanContext } from "../plan/planContext";
import type { KindFacts } from "./kinds";

type Matrix = "gate" | "up" | "down";

/** The tensors of a mixture in writing order: the base's but for its MLPs, experts, routers. What is wrong goes into the bag. */
export function mixtureTensors(context: PlanContext, mixture: Mixture, kind: KindFacts): readonly PlannedTensor[] {
  const planner = new MixturePlanner(context, mixture, kind);
  return planner.tensors().toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

class MixturePlanner {
  readonly #model: Model;
  readonly #dtype: DType;

  constructor(
    private readonly context: PlanContext,
    private readonly mixture: Mixture,
    private readonly kind: KindFacts,
  ) {
    this.#model = context.donor.checkpoint;
    this.#dtype = mixture.dtype?.value ?? dtypeOf(this.#model.config) ?? firstDType(this.#model) ?? "BF16";
  }

  tensors(): readonly PlannedTensor[] {
    const [module] = this.context.layout.modules;
    if (!module) return [];
    const depth = module.depths.get(this.context.donor.reference.key) ?? 0;
    const layers = Array.from({ length: depth }, (_, layer) => layer);
    const kept = module.layer.filter(({ name }) => !aroundLayer(name)[1].startsWith("mlp."));
    return [
      ...[...module.pre, ...module.post].flatMap((weight) => this.#ofBase(weight, undefined)),
      ...layers.flatMap((layer) => [
        ...kept.flatMap((weight) => this.#ofBase(weight, layer)),
        ...this.#experts(layer),
        ...this.#routers(layer),
      ]),
    ];
  }

  /** A tensor of the base, as it is. */
  #ofBase(weight: Weight, layer: number | undefined): readonly PlannedTensor[] {
    const { bag, donor } = this.context;
    const name = atLayer(weight.name, layer);
    const found = findTensor(this.#model, weight, layer);
    const isBias = layer !== undefined && name.endsWith(".bias");
    const isQkv = /\.self_attn\.[qkv]_proj\.bias$/.test(name);
    if (!found?.own) {
      if (isBias && isQkv && this.kind.biases === "zeros") return this.#zeros(weight, layer, name);
      return [];
    }
    if (isBuffer(name)) return [];
    const refused = isBias && (this.kind.biases === "none" || (this.kind.biases === "zeros" && !isQkv));
    if (refused) {
      const facts = { model: donor.reference.key, tensor: name, mixture: this.kind.label };
      bag.add({ code: "mixture/biases", severity: "error", span: donor.reference.span, group: "base", facts });
      return [];
    }
    const { tensor } = found;
    const dtype = this.mixture.dtype?.value ?? (isWritable(tensor.dtype) ? tensor.dtype : this.#dtype);
    const inputs = [inputOf(donor.reference, tensor, true)];
    return [{ ...planned(name, tensor.shape, dtype), action: "copy", inputs }];
  }

  /** Qwen2-MoE has biases of queries, keys and values: zeros change nothing. */
  #zeros(weight: Weight, layer: number, name: string): readonly PlannedTensor[] {
    const matrix = this.#model.tensors.get(atLayer(weight.name.replace(/bias$/, "weight"), layer));
    const rows = matrix?.shape[0];
    if (rows === undefined) return [];
    const { bag, donor } = this.context;
    bag.add({
      code: "mixture/zero-biases",
      severity: "note",
      span: donor.reference.span,
      facts: { mixture: this.kind.label },
    });
    return [this.#made(name, [rows], { kind: "zeros" })];
  }

  #experts(layer: number): readonly PlannedTensor[] {
    const { experts, shared } = this.mixture;
    const at = `model.layers.${layer}.mlp`;
    const all = experts.map((expert, number) => ({ expert, number, parts: this.#parts(expert, number, layer) }));
    const common = shared && this.#parts(shared, experts.length, layer);
    const [first] = all;
    if (!first?.parts || all.some(({ parts }) => !parts) || (shared && !common)) return [];
    const tensors: PlannedTensor[] = [];
    const single = (name: string, input: PlannedInput) => tensors.push(this.#stack(name, input.shape, [input]));
    if (this.kind.packed) {
      const [width = 0, hidden = 0] = first.parts.gate.shape;
      const pairs = all.flatMap(({ parts }) => (parts ? [parts.gate, parts.up] : []));
      const downs = all.flatMap(({ parts }) => (parts ? [parts.down] : []));
      tensors.push(this.#stack(`${at}.experts.gate_up_proj`, [all.length, 2 * width, hidden], pairs));
      tensors.push(this.#stack(`${at}.experts.down_proj`, [all.length, hidden, width], downs));
    } else {
      for (const { parts, number } of all) {
        for (const [matrix, input] of Object.entries(parts ?? {})) {
          single(`${at}.experts.${number}.${matrix}_proj.weight`, input);
        }
      }
    }
    for (const [matrix, input] of Object.entries(common ?? {})) {
      single(`${at}.shared_expert.${matrix}_proj.weight`, input);
    }
    return tensors;
  }

  /** The three matrices of an expert, of the shapes that the base has. */
  #parts(expert: MixtureExpert, number: number, layer: number): Record<Matrix, PlannedInput> | undefined {
    const [gate, up, down] = (["gate", "up", "down"] as const).map((matrix) =>
      this.#matrix(expert, number, `model.layers.${layer}.mlp.${matrix}_proj.weight`, matrix),
    );
    return gate && up && down ? { gate, up, down } : undefined;
  }

  #matrix(expert: MixtureExpert, number: number, name: string, matrix: Matrix): PlannedInput | undefined {
    const { bag, models, donor } = this.context;
    const { model, noise, residual, span } = expert;
    const found = models.get(model.key)?.tensors.get(name);
    const expected = this.#model.tensors.get(name);
    const facts = { model: model.key, tensor: name };
    if (!found || !isFloatDType(found.dtype)) {
      bag.add({ code: "mixture/missing", severity: "error", span, group: model.key, facts });
      return undefined;
    }
    const bias = name.replace(/weight$/, "bias");
    if (models.get(model.key)?.tensors.has(bias)) {
      const said = { model: model.key, tensor: bias, mixture: this.kind.label };
      bag.add({ code: "mixture/biases", severity: "error", span, group: model.key, facts: said });
      return undefined;
    }
    if (expected && String(expected.shape) !== String(found.shape)) {
      const [other, sizes] = [donor.reference.key, `[${expected.shape.join(", ")}]`];
      const said = { ...facts, found: `[${found.shape.join(", ")}]`, other, expected: sizes };
      bag.add({ code: "mixture/shape", severity: "error", span, group: model.key, facts: said });
      return undefined;
    }
    const changes = { expert: number, noise, scale: matrix === "down" ? residual : 1 };
    return { ...inputOf(model, found, false), parameters: noise !== 0 || changes.scale !== 1 ? changes : {} };
  }

  #routers(layer: number): readonly PlannedTensor[] {
    const { experts, shared } = this.mixture;
    const at = `model.layers.${layer}.mlp`;
    const embedding = this.context.layout.modules[0]?.pre.find((weight) => weight.embedding);
    const hidden = (embedding && findTensor(this.#model, embedding, undefined)?.tensor.shape[1]) ?? 0;
    return [
      this.#made(`${at}.gate.weight`, [experts.length, hidden], { kind: "router", layer, rows: "experts" }),
      ...(shared
        ? [this.#made(`${at}.shared_expert_gate.weight`, [1, hidden], { kind: "router", layer, rows: "shared" })]
        : []),
    ];
  }

  /** One matrix of one model as it is where nothing is done with it, else inputs one after the other. */
  #stack(name: string, shape: readonly number[], inputs: readonly PlannedInput[]): PlannedTensor {
    const [only] = inputs;
    const plain = inputs.length === 1 && only && Object.keys(only.parameters).length === 0;
    return { ...planned(name, shape, this.#dtype), action: plain ? "copy" : "stack", inputs };
  }

  #made(name: string, shape: readonly number[], made: MadeTensor): PlannedTensor {
    return { ...planned(name, shape, this.#dtype), action: "make", inputs: [], made };
  }
}

function planned(name: string, shape: readonly number[], dtype: DType) {
  return { name, shape, dtype, bytes: elementCount(shape) * DTYPE_BYTES[dtype], parameters: {} };
}

function inputOf({ key }: ModelReference, tensor: ModelTensor, isBase: boolean): PlannedInput {
  const { name, dtype, shape } = tensor;
  return { model: key, tensor: name, dtype, shape, bytes: storedBytes(tensor), isBase, parameters: {} };
}

function isWritable(dtype: DType): boolean {
  return dtype === "BF16" || dtype === "F16" || dtype === "F32";
}

function firstDType({ tensors }: Model): DType | undefined {
  return [...tensors.values()].find(({ dtype }) => isWritable(dtype))?.dtype;
}
