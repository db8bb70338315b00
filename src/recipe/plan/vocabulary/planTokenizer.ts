import type { JsonEdit } from "../../../model/jsonEdit";
import { idEdits } from "../../../tokens/building/specialIds";
import type { PlanContext } from "../planContext";
import { askedTemplate } from "./chatTemplate";
import { reportPadding } from "./padding";
import { permuted } from "./rowMaps";
import { say } from "./say";
import { newIds } from "./specialIds";
import type { TokenizerPlan } from "./tokenizerPlan";
import type { Vocabularies } from "./vocabularies";
import { openVocabulary } from "./vocabulary";

/** Works out what a recipe asks of tokenizer and template. What cannot be had goes into the context's bag. */
export function planTokenizer(context: PlanContext, vocabularies: Vocabularies, text: string): TokenizerPlan {
  const vocabulary = openVocabulary(context, vocabularies);
  const template = askedTemplate(context, vocabularies);
  const ids = newIds(context, vocabulary);
  reportPadding(context, vocabulary, text);
  const configEdits = idEdits(context.donor.checkpoint.config, ids);
  reportIds(context, configEdits);
  return {
    ids,
    configEdits,
    ...(template === undefined ? {} : { template }),
    ...(vocabulary && {
      output: vocabulary.output,
      vocabulary: {
        output: vocabulary.output,
        rows: vocabulary.rows,
        permuted: (weight, slice, inputs, tensor) => permuted(context, vocabulary, weight, slice, inputs, tensor),
      },
    }),
  };
}

/** Another model's tokenizer has other ids for the tokens that the donor's config names. */
function reportIds({ donor, bag }: PlanContext, edits: readonly JsonEdit[]): void {
  if (edits.length === 0) return;
  const keys = edits.map(({ path, value }) => `${path.join(".")} ${JSON.stringify(value)}`).join(", ");
  say(bag, { code: "plan/special-ids", severity: "note", span: donor.reference.span, facts: { keys } });
}
