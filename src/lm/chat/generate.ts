import { append, largest } from "../../base/lists";
import type { DeviceBuffer } from "../../compute/device";
import { shareOf } from "../../compute/memoryLedger";
import { attentionWidths } from "../../model/forward/spec";
import { ResidentSource } from "../../model/sources/resident";
import type { TokenIds } from "../../tokens/types";
import { chunkOf, type Group, packBatch } from "../forward/batch";
import { embedBatch } from "../forward/embed";
import { logitsOf, statesAt } from "../forward/head";
import { KeyValueCache } from "../forward/keyValues";
import { passLayers } from "../forward/passLayers";
import { Turns } from "../forward/turns";
import type { Generated, GenerateOptions } from "../types";
import type { ModelParts } from "../weights/modelParts";
import { chooseToken, tokenUniforms } from "./sampling";

/** An answer under way. */
interface Answer {
  readonly sequence: number;
  readonly prompt: TokenIds;
  /** Row of its first key in the cache. */
  readonly firstKey: number;
  readonly ids: number[];
  readonly uniform: (token: number) => number;
  ended: Generated["ended"] | undefined;
}

/**
 * Answers to prompts whose ids are known to be good; see `LanguageModel.generate`. As many run together as the cache has room for keys.
 * @param maxPositions most positions that a text may have; an answer that runs into it ends by length
 */
export async function generateAnswers(
  parts: ModelParts,
  prompts: readonly TokenIds[],
  options: GenerateOptions,
  maxPositions: number,
): Promise<readonly Generated[]> {
  using source = new ResidentSource(parts.source, parts.device, residentBytes(parts));
  const { budgetBytes } = parts.device.info;
  const limits = { ...parts.limits, activationBytes: shareOf(budgetBytes, "answering", "activations") };
  const resident = { ...parts, source, limits };
  const { spec } = parts;
  const keyBytes = spec.layers.reduce((sum, { attention }) => sum + 8 * attentionWidths(attention).keys, 0);
  const groupKeys = Math.min(Math.floor(shareOf(budgetBytes, "answering", "cache") / keyBytes), limits.batch.maxKeys);
  const answers: Generated[] = [];
  for (const { sequences } of packBatch(prompts, { ...limits.batch, groupKeys }, options.maxTokens)) {
    const wave = sequences.map((sequence) => ({ sequence, prompt: prompts[sequence] ?? [] }));
    append(answers, await generateWave(resident, wave, options, maxPositions));
  }
  return answers;
}

/**
 * All weights where they fit beside everything else; else what leaves room for two layers on their way through. What the source keeps
 * itself is not kept twice.
 */
function residentBytes({ plan, limits, device, source }: ModelParts): number {
  const kept = source instanceof ResidentSource ? source.budgetBytes : 0;
  const layers = plan.layers.map(({ bytes }) => bytes);
  const tables = [plan.embedding, plan.positions, plan.head].reduce(
    (sum, table) => sum + (table ? table.rows * table.bytesPerElement : 0),
    0,
  );
  const all = layers.reduce((sum, bytes) => sum + bytes, tables + plan.norm.bytes);
  const room = shareOf(device.info.budgetBytes, "answering", "weights");
  const staying = all <= room ? room : limits.weights.bytes - 2 * largest(layers);
  return Math.max(0, staying - kept);
}

async function generateWave(
  parts: ModelParts,
  wave: readonly { readonly sequence: number; readonly prompt: TokenIds }[],
  options: GenerateOptions,
  maxPositions: number,
): Promise<readonly Generated[]> {
  const { spec, device, limits } = parts;
  const { maxTokens, signal } = options;
  const prompts = wave.map(({ prompt }) => prompt);
  const groups = packBatch(prompts, { ...limits.batch, groupKeys: Number.POSITIVE_INFINITY }, maxTokens);
  const [group] = groups;
  if (!group) return [];
  const answers = wave.map(
    ({ sequence, prompt }, i): Answer => ({
      sequence,
      prompt,
      firstKey: group.firstKeys[i] ?? 0,
      ids: [],
      uniform: tokenUniforms(options.seed, sequence),
      ended: maxTokens < 1 ? "length" : undefined,
    }),
  );
  const longest = largest(prompts.map((prompt) => prompt.length)) + maxTokens;
  using turns = await Turns.upload(device, spec.layers, Math.min(longest, maxPositions));
  using cache = await KeyValueCache.open(device, spec.layers, group.keys);

  let step: { readonly ids: readonly TokenIds[]; readonly groups: readonly Group[] } = { ids: prompts, groups };
  let active = answers.filter(({ ended }) => !ended);
  while (active.length > 0) {
    signal?.throwIfAborted();
    using states = await lastStates(parts, step, turns, cache, signal);
    const logits = await logitsOf(parts, states, active.length, signal);
    const vocabulary = parts.plan.head.rows;
    for (const [i, answer] of active.entries()) {
      takeToken(answer, logits.subarray(i * vocabulary, (i + 1) * vocabulary), options, maxPositions);
    }
    active = active.filter(({ ended }) => !ended);
    step = nextStep(active, group, limits.batch.chunkRows);
  }
  return answers.map(({ ids, ended = "length" }) => ({ ids, ended }));
}

/** Takes the texts of a step through all layers; the last row of each, behind the final norm. */
async function lastStates(
  parts: ModelParts,
  { ids, groups }: { readonly ids: readonly TokenIds[]; readonly groups: readonly Group[] },
  turns: Turns,
  cache: KeyValueCache,
  signal: AbortSignal | undefined,
): Promise<DeviceBuffer> {
  using activations = await embedBatch(parts, ids, groups, signal);
  const heard = signal ? { signal } : {};
  await passLayers(parts, activations, { from: 0, to: parts.spec.layers.length, turns, cache, ...heard });
  const last = ids.map((text, sequence) => ({ sequence, at: text.length - 1 }));
  return await statesAt(parts, activations, last, signal);
}

function takeToken(answer: Answer, logits: Float32Array, options: GenerateOptions, maxPositions: number): void {
  const id = chooseToken(logits, options, answer.uniform(answer.ids.length));
  answer.ids.push(id);
  options.onToken?.(answer.sequence, id);
  if (options.stop.includes(id)) answer.ended = "stop";
  else if (answer.ids.length >= options.maxTokens) answer.ended = "length";
  else if (answer.prompt.length + answer.ids.length > maxPositions) answer.ended = "length";
}

/** The newest token of every answer under way, each behind the keys of its own text. */
function nextStep(active: readonly Answer[], group: Group, chunkRows: number) {
  const rows = active.map(({ prompt, ids, firstKey }) => ({
    id: ids.at(-1) ?? 0,
    position: prompt.length + ids.length - 1,
    firstKey,
  }));
  const chunks = Array.from({ length: Math.ceil(rows.length / chunkRows) }, (_, i) =>
    chunkOf(rows.slice(i * chunkRows, (i + 1) * chunkRows)),
  );
  return { ids: rows.map(({ id }) => [id]), groups: [{ ...group, chunks }] };
}
