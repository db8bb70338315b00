import type { Floats } from "../base/bytes";
import { largest } from "../base/lists";
import type { TokenIds } from "../tokens/types";
import { generateAnswers } from "./chat/generate";
import { lmFailure } from "./failures";
import { PackedActivations } from "./forward/activations";
import { packBatch } from "./forward/batch";
import { embedBatch } from "./forward/embed";
import { logitsOf, nllOf, statesAt } from "./forward/head";
import { passLayers } from "./forward/passLayers";
import { Turns } from "./forward/turns";
import type {
  Activations,
  Generated,
  GenerateOptions,
  LanguageModel,
  LanguageModelFacts,
  PassOptions,
  Position,
} from "./types";
import type { ModelParts } from "./weights/modelParts";

/** A decoder as its spec says, over the source of its parts. */
export class DecoderModel implements LanguageModel {
  constructor(
    readonly facts: LanguageModelFacts,
    private readonly parts: ModelParts,
  ) {}

  async embed(sequences: readonly TokenIds[], signal?: AbortSignal): Promise<Activations> {
    this.#check(sequences);
    signal?.throwIfAborted();
    return embedBatch(this.parts, sequences, packBatch(sequences, this.parts.limits.batch), signal);
  }

  async layers(activations: Activations, from: number, to: number, options: PassOptions = {}): Promise<void> {
    const { device, spec } = this.parts;
    const packed = this.#own(activations);
    options.signal?.throwIfAborted();
    const longest = largest(
      packed.sequences.map((ids) => ids.length),
      0,
    );
    using turns = await Turns.upload(device, spec.layers.slice(from, to), longest);
    await passLayers(this.parts, packed, { ...options, from, to, turns });
  }

  async nll(activations: Activations, signal?: AbortSignal): Promise<readonly Float64Array[]> {
    return nllOf(this.parts, this.#own(activations), signal);
  }

  async states(activations: Activations, positions: readonly Position[], signal?: AbortSignal): Promise<Floats> {
    if (positions.length === 0) return new Float32Array(0);
    const { device, spec } = this.parts;
    using states = await statesAt(this.parts, this.#own(activations), positions, signal);
    return new Float32Array((await device.read(states, 0, positions.length * spec.hidden * 4)).buffer);
  }

  async logits(states: Floats, signal?: AbortSignal): Promise<Floats> {
    const { device, spec } = this.parts;
    const rows = states.length / spec.hidden;
    if (!Number.isInteger(rows)) {
      throw new RangeError(`${states.length} numbers are no rows of ${spec.hidden}.`);
    }
    if (rows === 0) return new Float32Array(0);
    using x = await device.lease(states.byteLength, "states");
    device.write(x, 0, new Uint8Array(states.buffer, states.byteOffset, states.byteLength));
    return await logitsOf(this.parts, x, rows, signal);
  }

  async generate(prompts: readonly TokenIds[], options: GenerateOptions): Promise<readonly Generated[]> {
    this.#check(prompts, options.maxTokens);
    options.signal?.throwIfAborted();
    return generateAnswers(this.parts, prompts, options, this.#maxPositions);
  }

  /** Positions that a text may have: what was learnt, or what one binding holds keys for. */
  get #maxPositions(): number {
    const { plan, limits } = this.parts;
    return Math.min(plan.positions?.rows ?? Number.POSITIVE_INFINITY, limits.batch.maxKeys);
  }

  /** @param reserve tokens that will be added, for whose keys there must be room */
  #check(sequences: readonly TokenIds[], reserve = 0): void {
    const vocabulary = this.parts.plan.embedding.rows;
    for (const [sequence, ids] of sequences.entries()) {
      if (ids.length === 0) {
        throw lmFailure("lm/no-tokens", { text: sequence + 1 });
      }
      const unknown = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary));
      if (unknown !== undefined) {
        throw lmFailure("lm/token", { text: sequence + 1, found: unknown, vocabulary });
      }
      const limit = Math.min(this.#maxPositions, this.parts.limits.batch.maxKeys - reserve);
      if (ids.length > limit) {
        throw lmFailure("lm/too-long", { text: sequence + 1, found: ids.length, limit });
      }
    }
  }

  /** Activations that this model can work on: of its width, and on its device. @throws {AwaseError} `lm/activations` */
  #own(activations: Activations): PackedActivations {
    const { device, spec } = this.parts;
    if (!(activations instanceof PackedActivations) || activations.device !== device) {
      throw new TypeError("These activations were made on another device.");
    }
    if (activations.width !== spec.hidden) {
      throw lmFailure("lm/activations", { found: activations.width, expected: spec.hidden });
    }
    return activations;
  }
}
