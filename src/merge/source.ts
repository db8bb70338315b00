import type { Bytes } from "../base/bytes";
import type { BlockLayout } from "../compute/blockSize";
import type { Device } from "../compute/device";
import { shareOf } from "../compute/memoryLedger";
import { DTYPE_BYTES } from "../formats/dtypes";
import type { Model } from "../model/model";
import { checkStretch, placed, placedBytes, placedDType } from "../model/sources/placed";
import { tensorNamed } from "../model/sources/tensorNamed";
import type { FileRange, PlacedTensor, SourceTensor, TensorSource } from "../model/sources/tensorSource";
import { planModels } from "../recipe/plan/inputs/planModels";
import type { MergePlan, PlannedTensor } from "../recipe/plan/plan";
import { inputKey } from "./inputs";
import { baseFirst, castMaking, type Making, type MapMaking, makingOf } from "./making";
import type { Routers } from "./mixture/stack";
import { BlockPipeline, type MadeBlock, type MakeOptions, type PipelineOptions, type Stretch } from "./pipeline";
import { inputsKey } from "./resident";

export interface MergedSourceOptions extends PipelineOptions {
  readonly models: ReadonlyMap<string, Model>;
  /** Of a mixture: the rows of its routers. */
  readonly routers?: Routers;
}

/**
 * A recipe applied to models, as tensors on demand: a model that was never written. Asking for a stretch of a tensor
 * merges just that stretch. What its method must know of the whole tensor is worked out when it is first asked for, and kept:
 * a few numbers per tensor.
 */
export class MergedSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, PlannedTensor>;
  readonly #makings = new Map<string, Making>();
  readonly #pipeline: BlockPipeline;
  /** Those that are loaded, and the results of the recipes that feed this one. */
  readonly #models: ReadonlyMap<string, Model>;
  #wanted: ReadonlySet<string> | undefined;

  constructor(
    private readonly plan: MergePlan,
    private readonly options: MergedSourceOptions,
  ) {
    this.tensors = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
    let budgetBytes = options.budgetBytes ?? shareOf(options.device.info.budgetBytes, "overflowing", "again");
    this.#models = planModels(plan, options.models, (stage, models) => {
      const { device, blockBytes } = options;
      const own = shareOf(budgetBytes, "chained", "stage");
      budgetBytes = shareOf(budgetBytes, "chained", "result");
      const blocks = blockBytes === undefined ? {} : { blockBytes };
      return new MergedSource(stage, { device, models, budgetBytes: own, ...blocks });
    });
    this.#pipeline = new BlockPipeline({ ...options, budgetBytes }, () => this.#wantedKeys());
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what merging throws; NaN and Inf pass. */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    const making = this.making(name);
    if (making.kind === "copy") {
      const [input] = making.inputs;
      return input.source.read(input.name, start, end, signal);
    }
    const { device } = this.options;
    const size = DTYPE_BYTES[making.output];
    const made = new Uint8Array((end - start) * size);
    for await (const block of this.make(making, { start, end }, { signal })) {
      made.set(await device.read(block.buffer, 0, block.count * size), (block.start - start) * size);
    }
    return made;
  }

  /**
   * The stretch merged on the device; nothing comes back from there. NaN and Inf pass.
   * @param device the one that merges: a buffer cannot be lent to another
   * @throws {AwaseError} `merge/no-tensor`, `model/not-float`, and what merging throws
   */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    if (device !== this.options.device) throw new TypeError("A recipe is merged on the device that it was given.");
    const making = this.making(name);
    if (making.kind === "map") return this.#place(making, { start, end }, signal);
    const [input] = making.inputs;
    if (!this.options.residents) return input.source.place(input.name, start, end, device, signal);
    const output = placedDType({ name, dtype: input.dtype });
    return this.#place(castMaking(input, name, making.count, output), { start, end }, signal);
  }

  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    const { inputs } = this.making(name);
    return (await Promise.all(inputs.map((input) => input.source.ranges(input.name, start, end)))).flat();
  }

  bytesOf(name: string, elements: number): number {
    return this.making(name).inputs.reduce((sum, input) => sum + input.source.bytesOf(input.name, elements), 0);
  }

  /** The input of a tensor that is only copied. */
  same(name: string): SourceTensor | undefined {
    const making = this.making(name);
    return making.kind === "copy" ? making.inputs[0] : undefined;
  }

  /** How a tensor is made. @throws {AwaseError} as `makingOf`, and `merge/no-tensor` */
  making(name: string): Making {
    const known = this.#makings.get(name);
    if (known) return known;
    const { routers } = this.options;
    const making = makingOf(this.plan, tensorNamed(this.tensors, name, "the merged model"), this.#models, routers);
    this.#makings.set(name, making);
    return making;
  }

  layout(making: MapMaking): BlockLayout {
    return this.#pipeline.layout(making);
  }

  /** The merged elements of a stretch on the device, block by block. */
  make(making: MapMaking, stretch: Stretch, options?: MakeOptions): AsyncGenerator<MadeBlock> {
    return this.#pipeline.make(making, stretch, options);
  }

  async #place(making: MapMaking, stretch: Stretch, signal: AbortSignal | undefined): Promise<PlacedTensor> {
    const { device } = this.options;
    const { output, task } = making;
    const { start, end } = stretch;
    checkStretch(device, output, start, end);
    const whole = await device.lease(placedBytes(output, end - start), task.name);
    try {
      for await (const block of this.make(making, stretch, { signal })) {
        const at = (block.start - start) * DTYPE_BYTES[output];
        device.copy(block.buffer, 0, whole, at, placedBytes(output, block.count));
      }
      return placed(whole, output, end - start);
    } catch (error) {
      whole[Symbol.dispose]();
      throw error;
    }
  }

  /** What the plan's tensors are made of. */
  #wantedKeys(): ReadonlySet<string> {
    const models = this.#models;
    this.#wanted ??= new Set(
      this.plan.tensors.map(({ inputs, shape }) =>
        inputsKey(baseFirst(inputs).map((input) => ({ key: inputKey(input, shape, models, this.plan.rowMaps) }))),
      ),
    );
    return this.#wanted;
  }
}
