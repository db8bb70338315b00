import type { Matrix } from "../../compute/linalg/matrix";
import { narrow, widen } from "../../formats/convert";
import type { FloatDType } from "../../formats/dtypes";
import type { Model, ModelTensor } from "../../model/model";
import { extractFailure } from "./failures";
import type { ExtractedModule } from "./planExtraction";

/** Elements that are read at a time, and up to which a difference is kept: 16 and 192 MiB of f32. */
const BLOCK = 4 * 2 ** 20;
const KEPT = 48 * 2 ** 20;

/** Rows of a difference, from `row` on. */
export interface DifferenceBlock {
  readonly row: number;
  readonly matrix: Matrix;
}

/**
 * W_model − W_base of one matrix, block by block, rounded to the type of both as PyTorch subtracts. Small ones are read once and kept;
 * larger ones are read at each walk, so that memory does not grow with the matrix.
 */
export class Difference {
  readonly rows: number;
  readonly columns: number;
  #kept: Matrix | undefined;

  constructor(
    private readonly module: ExtractedModule,
    private readonly models: { readonly model: Model; readonly base: Model },
    /** Elements up to which it is kept. */
    private readonly keep = KEPT,
  ) {
    const [rows = 0, columns = 0] = module.model.shape;
    this.rows = rows;
    this.columns = columns;
  }

  /** @throws {AwaseError} `extract/non-finite`, and what reading throws */
  async *blocks(signal?: AbortSignal): AsyncGenerator<DifferenceBlock, void, undefined> {
    const { rows, columns } = this;
    if (rows * columns <= this.keep) {
      this.#kept ??= await this.#read(0, rows, signal);
      yield { row: 0, matrix: this.#kept };
      return;
    }
    const step = Math.max(1, Math.floor(BLOCK / columns));
    for (let row = 0; row < rows; row += step) {
      yield { row, matrix: await this.#read(row, Math.min(row + step, rows), signal) };
    }
  }

  /** All of it. */
  async whole(signal?: AbortSignal): Promise<Matrix> {
    return this.#kept ?? this.#read(0, this.rows, signal);
  }

  async #read(first: number, last: number, signal: AbortSignal | undefined): Promise<Matrix> {
    signal?.throwIfAborted();
    const { columns } = this;
    const { model, base, dtype } = this.module;
    const [start, end] = [first * columns, last * columns];
    const read = async (of: Model, tensor: ModelTensor) =>
      widen(await of.weights.read(tensor.name, start, end, signal), tensor.dtype as FloatDType);
    const [ours, theirs] = await Promise.all([read(this.models.model, model), read(this.models.base, base)]);
    for (const [i, value] of theirs.entries()) ours[i] = (ours[i] ?? 0) - value;
    if (!ours.every(Number.isFinite)) throw extractFailure("extract/non-finite", { tensor: model.name });
    return { rows: last - first, columns, data: dtype === "F32" ? ours : widen(narrow(ours, dtype), dtype) };
  }
}
