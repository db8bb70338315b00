import type { Bytes } from "../../base/bytes";
import type { Device } from "../../compute/device";
import type { TensorFacts } from "../../formats/tensor";
import { tensorNamed } from "./tensorNamed";
import type { FileRange, PlacedTensor, SourceTensor, TensorSource } from "./tensorSource";

/**
 * A model made of several: each tensor comes from the source that `choose` names for it, as base below a layer and merge above.
 * A tensor that the chosen source lacks is not there, whatever the others have.
 */
export class LayeredSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, TensorFacts>;

  /** @param choose one of `sources`, always the same for a name */
  constructor(
    sources: readonly TensorSource[],
    private readonly choose: (name: string) => TensorSource,
  ) {
    this.tensors = new Map(
      sources.flatMap((source) => [...source.tensors].filter(([name]) => choose(name) === source)),
    );
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what the chosen source throws */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    return this.#chosen(name).read(name, start, end, signal);
  }

  /** @throws {AwaseError} as `read` */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    return this.#chosen(name).place(name, start, end, device, signal);
  }

  /** @throws {AwaseError} as `read` */
  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    return this.#chosen(name).ranges(name, start, end);
  }

  bytesOf(name: string, elements: number): number {
    return this.#chosen(name).bytesOf(name, elements);
  }

  same(name: string): SourceTensor {
    return { source: this.#chosen(name), name };
  }

  #chosen(name: string): TensorSource {
    tensorNamed(this.tensors, name, "the layered model");
    return this.choose(name);
  }
}
