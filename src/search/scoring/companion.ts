import { BatchBuilder, runPass } from "../../eval/batch";
import { continued, cutLeft } from "../../eval/measures/continued";
import type { Subject } from "../../eval/measures/measured";
import { logLikelihood } from "../../eval/measures/multipleChoice";
import { mean } from "../../eval/measures/statistics";
import type { Prompt } from "../../eval/types";
import { windowFor } from "../../eval/windows";

/**
 * Mean negative log-likelihood of the right answers, in nats: what parts candidates that are as often right. An accuracy of fifty prompts
 * has fifty-one values, and a search on a step sees nothing. NaN where no prompt has an answer.
 */
export async function answerNll(subject: Subject, prompts: readonly Prompt[], signal?: AbortSignal): Promise<number> {
  const batch = new BatchBuilder();
  const window = windowFor([subject.context]);
  const asked = prompts.flatMap(({ text, answer, choices, gold }) => {
    const right = answer ?? choices?.[gold ?? -1];
    if (right === undefined) return [];
    const continuation = cutLeft(continued(subject.tokenizer, text, right), window);
    return [{ ...continuation, sequence: batch.sequence(continuation.ids) }];
  });
  if (asked.length === 0) return Number.NaN;
  const { nll } = await runPass(subject.model, batch, { signal });
  return -mean(asked.map((each) => logLikelihood(each, nll[each.sequence] ?? new Float64Array())));
}
