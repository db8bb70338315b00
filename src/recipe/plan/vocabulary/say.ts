import { type CodeOf, type Facts, type FactsOf, known, sentence } from "../../../base/sentences";
import { vocabularySentences } from "../../problems/vocabulary";
import type { Circumstances, ProblemBag } from "../problemBag";

type Sentences = typeof vocabularySentences;

/** Notes what is found of vocabularies. Their sentences come with this room, which is loaded where a recipe asks for a tokenizer. */
export function say<C extends CodeOf<Sentences>>(
  bag: ProblemBag,
  finding: { readonly code: C; readonly facts: FactsOf<Sentences, C> } & Circumstances,
): void {
  const { code, severity, span, group, fix } = finding;
  const facts: Facts = { ...(finding.facts as object) };
  const said = { code, message: sentence(vocabularySentences, code, facts), facts: known(facts) };
  bag.addSaid(said, { severity, span, fix, ...(group === undefined ? {} : { group }) });
}
