import type { alignSentences } from "../../align/failures";
import type { Sentences, Translation } from "../../base/sentences";
import type { gpuSentences } from "../../compute/devices/failures";
import type { engineSentences, runNotes } from "../../engine/failures";
import type { evalSentences, promptSentences } from "../../eval/failures";
import type { safetensorsSentences } from "../../formats/failures";
import type { torchSentences } from "../../formats/torch/failures";
import type { hubNotes, hubSentences } from "../../hub/errors";
import type { ioSentences, storageNotes } from "../../io/failures";
import type { lmSentences } from "../../lm/failures";
import type { extractSentences } from "../../merge/extract/failures";
import type { findingSentences } from "../../merge/facts/findings";
import type { mergeSentences } from "../../merge/failures";
import type { adapterSentences } from "../../model/adapters/failures";
import type { modelSentences, remarkSentences } from "../../model/failures";
import type { countSentences } from "../../recipe/problems/fewProblems";
import type { fittingSentences } from "../../recipe/problems/fitting";
import type { fixLabels } from "../../recipe/problems/fixes";
import type { mixtureSentences } from "../../recipe/problems/mixtures";
import type { outputSentences } from "../../recipe/problems/output";
import type { planningSentences } from "../../recipe/problems/planning";
import type { readingSentences } from "../../recipe/problems/reading";
import type { limitSentences, strengthSentences } from "../../recipe/problems/strength";
import type { vocabularySentences } from "../../recipe/problems/vocabulary";
import type { searchSentences, studySentences } from "../../search/problems";
import type { stateSentences } from "../../state/failures";
import type { tokenSentences } from "../../tokens/failures";
import { en, type Messages } from "./en/words";

/** Every problem of a recipe. */
type ProblemSentences = typeof readingSentences &
  typeof countSentences &
  typeof planningSentences &
  typeof fittingSentences &
  typeof mixtureSentences &
  typeof outputSentences &
  typeof vocabularySentences &
  typeof strengthSentences &
  typeof findingSentences &
  typeof remarkSentences;

/** Every failure that the page can show. */
type FailureSentences = typeof gpuSentences &
  typeof ioSentences &
  typeof hubSentences &
  typeof safetensorsSentences &
  typeof torchSentences &
  typeof engineSentences &
  typeof modelSentences &
  typeof adapterSentences &
  typeof extractSentences &
  typeof lmSentences &
  typeof tokenSentences &
  typeof mergeSentences &
  typeof alignSentences &
  typeof evalSentences &
  typeof promptSentences &
  typeof searchSentences &
  typeof studySentences &
  typeof stateSentences;

/** Every note of a run. */
type NoteSentences = typeof runNotes & typeof hubNotes & typeof storageNotes & typeof limitSentences;

/**
 * What a language has to say on the first screen. Here and afterwards a missing sentence, one too many, or one of facts that its code has
 * not, is a type error.
 */
export interface AtFirst {
  readonly messages: Messages;
  readonly problems: Translation<ProblemSentences>;
  readonly fixes: Translation<typeof fixLabels>;
}

/** What it says when something happens. */
export interface Afterwards {
  readonly failures: Translation<FailureSentences>;
  readonly notes: Translation<NoteSentences>;
}

/** Everything the page says in one language. */
export interface Catalogue {
  readonly messages: Messages;
  /** Sentences by code. English has none, and no language until they are here: errors, problems and notes say theirs themselves. */
  readonly failures: Sentences;
  readonly problems: Sentences;
  readonly notes: Sentences;
  readonly fixes: Sentences;
}

export const english: Catalogue = { messages: en, failures: {}, problems: {}, notes: {}, fixes: {} };
