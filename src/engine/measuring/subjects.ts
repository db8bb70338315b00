import { largest } from "../../base/lists";
import type { Device } from "../../compute/device";
import { shareOf } from "../../compute/memoryLedger";
import { DTYPE_BYTES } from "../../formats/dtypes";
import { elementCount, type TensorFacts } from "../../formats/tensor";
import { openLanguageModel } from "../../lm/open";
import type { LanguageModel } from "../../lm/types";
import type { Routers } from "../../merge/mixture/stack";
import { ResidentInputs } from "../../merge/resident";
import { MergedSource } from "../../merge/source";
import { partsByKey } from "../../model/adapters/byKey";
import { configNumber } from "../../model/config";
import { layerGroups } from "../../model/layout/layerOf";
import type { Model } from "../../model/model";
import { isCodeDType } from "../../model/quantisation/scaledCodes";
import { ResidentSource } from "../../model/sources/resident";
import type { TensorSource } from "../../model/sources/tensorSource";
import { planFolders, planModels } from "../../recipe/plan/inputs/planModels";
import type { MergePlan } from "../../recipe/plan/plan";
import type { Lenders } from "../donor/lenders";
import type { ForwardModel } from "../machine/rates";
import { contentKey, planKey } from "../shelf/contentKey";
import type { Shelf } from "../shelf/models";
import { routersOf } from "../shelf/routersOf";
import { readGenerationConfig } from "./generationConfig";
import { plannedTexts } from "./plannedTexts";
import type { Residency, Tenant, Wish } from "./residency";

/**
 * What a model is opened for. `measure`: a recipe is merged on the way, from inputs that stay on the device, so that the same
 * models with other numbers are measured again without a byte being read. `answer`: merged weights stay, for they are needed
 * once for every token.
 */
export type Purpose = "measure" | "answer";

/** A model that can be computed with, until disposed. */
export interface OpenModel extends Disposable {
  readonly model: LanguageModel;
  readonly source: TensorSource;
  /** Hash of its content and of the device: what values measured of it are kept under. Results of two devices never mix. */
  readonly key: string;
  /** The folder that its tokenizer and its template come from. */
  readonly texts: Model;
  readonly speed: ForwardModel;
  /** Keys of the models it is made of. */
  readonly models: readonly string[];
  /** Longest text it was made for, in tokens, where its config says so. */
  readonly context: number | undefined;
}

/** Models for measuring and answering, kept open from one use to the next while the device has room. */
export interface Subjects {
  /** A model on the shelf, or `model+adapter` of two there. @throws {AwaseError} `model/not-loaded`, `model/adapter`, `lm/…` */
  openModel(key: string, device: Device, signal?: AbortSignal): Promise<OpenModel>;
  /** A recipe that is not written. @throws {AwaseError} `lm/…` */
  openPlan(plan: MergePlan, device: Device, purpose: Purpose, signal?: AbortSignal): Promise<OpenModel>;
  /** Forgets what was made of a model that is removed. */
  forget(key: string): Promise<void>;
  /** Gives all device memory back. */
  close(): void;
}

/** Models kept open at most; one without weights on the device costs next to nothing. */
const MAX_OPEN = 8;

/** Where configs say the longest text. */
const CONTEXT_KEYS = ["max_position_embeddings", "n_positions", "text_config.max_position_embeddings"];

/** Where a model's weights come from. */
interface Weights {
  readonly source: TensorSource;
  /** Who has the room they stay in. */
  readonly tenant: Tenant;
  /** Whether the room is this model's own and goes with it. */
  readonly owner: boolean;
}

interface Kept extends Weights, Omit<OpenModel, typeof Symbol.dispose> {}

/** What belongs to one device and goes with it. */
interface OnDevice {
  readonly device: Device;
  /** Longest unused first. */
  readonly open: Map<string, Promise<Kept>>;
  inputs: { readonly inputs: ResidentInputs; readonly tenant: Tenant } | undefined;
}

/** @param lenders align the donors of plans that have one */
export function createSubjects(shelf: Shelf, residency: Residency, lenders: Lenders): Subjects {
  let current: OnDevice | undefined;

  function on(device: Device): OnDevice {
    if (current?.device === device) return current;
    residency.moveTo(shareOf(device.info.budgetBytes, "measuring", "weights")); // a lost device took everything with it
    current = { device, open: new Map(), inputs: undefined };
    return current;
  }

  /** A model that is open already, or one made now, in use until disposed. */
  async function kept({ open, device }: OnDevice, name: string, make: () => Promise<Kept>): Promise<OpenModel> {
    const found = (await stillOpen(open.get(name))) ?? (await opened(open, name, make()));
    const use = found.tenant.use();
    const { model, source, texts, speed, models, context } = found;
    return {
      model,
      source,
      texts,
      speed,
      models,
      context,
      key: `${found.key} ${device.info.kind} ${device.info.name}`,
      [Symbol.dispose]: () => use[Symbol.dispose](),
    };
  }

  /** Puts a model up as the one used last, and lets go of the one that was not used for longest. */
  async function opened(open: OnDevice["open"], name: string, opening: Promise<Kept>): Promise<Kept> {
    open.delete(name);
    open.set(name, opening);
    opening.catch(() => open.get(name) === opening && open.delete(name));
    const [oldest] = open.keys();
    if (oldest !== undefined && open.size > MAX_OPEN) await close(open, oldest);
    return opening;
  }

  /** Sends a model's weights away; who is using it goes on without them. */
  async function close(open: OnDevice["open"], name: string): Promise<void> {
    const closing = open.get(name);
    open.delete(name);
    const found = await closing?.catch(() => undefined);
    if (found?.owner) found.tenant.leave();
  }

  /** A source whose tensors stay on the device as far as there is room. */
  function resident(at: OnDevice, source: TensorSource, wish: Wish): Weights {
    let staying: ResidentSource | undefined;
    const tenant = residency.admit(wish, () => staying?.[Symbol.dispose]());
    staying = new ResidentSource(source, at.device, tenant.bytes);
    return { source: staying, tenant, owner: true };
  }

  /** The one place where inputs of recipes stay; made anew when a recipe needs more room than it has. */
  function residentInputs(at: OnDevice, plan: MergePlan): NonNullable<OnDevice["inputs"]> {
    const wanted = {
      bytes: padded(plan.totals.readBytes),
      passing: twoLayers(plan.config, plan.tensors),
      always: true,
    };
    const { tenant: known } = at.inputs ?? {};
    if (at.inputs && known && !known.evicted && known.bytes >= residency.atMost(wanted)) return at.inputs;
    at.inputs?.tenant.leave();
    let inputs: ResidentInputs | undefined;
    const tenant = residency.admit(wanted, () => inputs?.[Symbol.dispose]());
    inputs = new ResidentInputs(at.device, tenant.bytes);
    at.inputs = { inputs, tenant };
    return at.inputs;
  }

  /** The rows of a mixture's routers; none for a merge. */
  async function routersFor(at: OnDevice, plan: MergePlan, signal?: AbortSignal): Promise<Routers> {
    const { routers } = await routersOf(plan, planModels(plan, shelf.checkpoints), at.device, signal);
    return routers ?? new Map();
  }

  /** Inputs stay, and what is merged of them is gone after its layer. */
  async function mergedOnTheWay(at: OnDevice, plan: MergePlan, texts: Model, signal?: AbortSignal): Promise<Weights> {
    const { inputs, tenant } = residentInputs(at, plan);
    const merged = mergedSource(at.device, plan, "measuring", inputs, await routersFor(at, plan, signal));
    return { source: await lent(at, plan, texts, merged, signal), tenant, owner: false };
  }

  /** With the rows of a plan's donor, all that its parameters select: nobody guards here. */
  async function lent(at: OnDevice, plan: MergePlan, texts: Model, source: TensorSource, signal?: AbortSignal) {
    if (!plan.donor) return source;
    const { parameters } = plan.donor;
    const lender = await lenders.open(plan, { weights: source, folder: texts.folder }, at.device, { signal });
    return lender.source(source, lender.choose(parameters), { embedding: 1, head: 1 }, parameters);
  }

  /** What was merged stays; inputs are used where they happen to lie. */
  async function mergedOnce(at: OnDevice, plan: MergePlan, texts: Model, signal?: AbortSignal): Promise<Weights> {
    const routers = await routersFor(at, plan, signal);
    const merged = mergedSource(at.device, plan, "answering", at.inputs?.inputs, routers);
    return resident(at, await lent(at, plan, texts, merged, signal), {
      bytes: padded(plan.totals.writeBytes),
      passing: twoLayers(plan.config, plan.tensors),
    });
  }

  function mergedSource(
    device: Device,
    plan: MergePlan,
    situation: "measuring" | "answering",
    residents: ResidentInputs | undefined,
    routers: Routers,
  ): MergedSource {
    return new MergedSource(plan, {
      models: planModels(plan, shelf.checkpoints),
      device,
      budgetBytes: shareOf(device.info.budgetBytes, situation, "blocks"),
      ...(residents ? { residents } : {}),
      routers,
    });
  }

  return {
    async openModel(key, device, signal) {
      const opened = shelf.model(key);
      const parts = partsByKey(key, shelf.checkpoints);
      const at = on(device);
      const contents: string[] = [];
      for (const part of parts) contents.push(await contentKey(shelf.get(part).checkpoint, signal));
      const content = contents.join("+");
      return kept(at, `model ${key} ${content}`, async () => {
        const tensors = [...opened.tensors.values()].map((tensor) => ({ ...tensor, bytes: bytesOnDevice(tensor) }));
        const bytes = padded(tensors.reduce((sum, tensor) => sum + tensor.bytes, 0));
        const weights = resident(at, opened.weights, { bytes, passing: twoLayers(opened.config, tensors) });
        const generationConfig = await readGenerationConfig(opened);
        const { config } = opened;
        const model = await openLanguageModel({ config, generationConfig, source: weights.source, device });
        const speed = { name: key, parameters: parametersOf(opened) };
        const context = contextOf(config);
        return { ...weights, model, key: content, texts: opened, speed, context, models: parts };
      });
    },
    async openPlan(plan, device, purpose, signal) {
      const at = on(device);
      const content = await planKey(plan, shelf.checkpoints, signal);
      return kept(at, `${purpose} ${content}`, async () => {
        const texts = plannedTexts(plan, planModels(plan, shelf.checkpoints));
        const weights =
          purpose === "measure"
            ? await mergedOnTheWay(at, plan, texts, signal)
            : await mergedOnce(at, plan, texts, signal);
        const generationConfig = await readGenerationConfig(texts);
        const model = await openLanguageModel({
          config: plan.config,
          generationConfig,
          source: weights.source,
          device,
        });
        const speed = { name: texts.key, parameters: plan.totals.parameters };
        const context = contextOf(plan.config);
        return {
          ...weights,
          model,
          key: content,
          texts,
          speed,
          context,
          models: planFolders(plan).map(({ key: folder }) => folder),
        };
      });
    },
    async forget(key) {
      const { open, inputs } = current ?? {};
      inputs?.tenant.leave();
      for (const [name, opening] of [...(open ?? [])]) {
        const found = await opening.catch(() => undefined);
        if (open && found?.models.includes(key)) await close(open, name);
      }
    },
    close() {
      residency.clear();
      current = undefined;
    },
  };
}

/** What a tensor takes where the forward pass computes: fp8 is wider there than in its file. */
function bytesOnDevice({ dtype, shape }: TensorFacts): number {
  return elementCount(shape) * DTYPE_BYTES[isCodeDType(dtype) ? "F32" : dtype];
}

/** Bytes of the largest two layers there may be on the device at a time. */
function twoLayers(config: Model["config"], tensors: readonly (TensorFacts & { readonly bytes: number })[]): number {
  const { groupOf } = layerGroups({ config, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) }, 1);
  const layers = new Map<string, number>();
  for (const { name, bytes } of tensors) {
    const { id, kind } = groupOf(name);
    if (kind === "layers") layers.set(id, (layers.get(id) ?? 0) + bytes);
  }
  return 2 * padded(largest([...layers.values()], 0));
}

/** Bytes of tensors with what a device adds to each: all begin at multiples of 16. */
function padded(bytes: number): number {
  return Math.ceil(1.02 * bytes) + 2 ** 16;
}

/** A model whose weights did not have to go. */
async function stillOpen(opening: Promise<Kept> | undefined): Promise<Kept | undefined> {
  const found = await opening?.catch(() => undefined);
  return found?.tenant.evicted === false ? found : undefined;
}

function contextOf(config: Model["config"]): number | undefined {
  return CONTEXT_KEYS.map((key) => configNumber(config, key)).find((context) => context !== undefined);
}

/** Elements of all tensors. */
export function parametersOf({ tensors }: Pick<TensorSource, "tensors">): number {
  let parameters = 0;
  for (const { shape } of tensors.values()) parameters += shape.reduce((product, size) => product * size, 1);
  return parameters;
}
