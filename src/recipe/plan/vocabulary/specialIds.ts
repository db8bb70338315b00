import { type NewIds, namedIds } from "../../../tokens/building/specialIds";
import { roleIds } from "../../../tokens/vocabulary";
import { shownToken } from "../checks/shownToken";
import type { PlanContext } from "../planContext";
import type { OutputVocabulary } from "./outputVocabulary";
import { say } from "./say";

/**
 * The new ids of the tokens that the donor's config and generation settings name, where its tokenizer gives way to another model's: the
 * same token, else the one that has its role there. One that has neither is said and left.
 */
export function newIds(context: PlanContext, vocabulary: OutputVocabulary | undefined): NewIds {
  const { donor, bag } = context;
  if (!vocabulary || vocabulary.owner.key === donor.reference.key) return {};
  const { tokens } = vocabulary.of(donor.reference.key).vocabulary;
  const { roles: before } = vocabulary.of(donor.reference.key).vocabulary;
  const { roles: after } = vocabulary.of(vocabulary.owner.key).vocabulary;
  const { config } = donor.checkpoint;
  const places = new Map<string, number>();
  for (const [id, token] of vocabulary.output.tokens.entries()) {
    if (token !== undefined && !places.has(token)) places.set(token, id);
  }
  const ids: Record<number, number> = {};
  const roles = [...roleIds(config), ...before];
  for (const id of new Set([...namedIds(config), ...before.map((role) => role.id)])) {
    const token = tokens[id];
    const role = roles.find((each) => each.id === id)?.role;
    const now = (token === undefined ? undefined : places.get(token)) ?? after.find((each) => each.role === role)?.id;
    if (now === undefined) {
      if (token === undefined) continue; // it named nothing before
      const facts = { id, token: shownToken(token), model: vocabulary.owner.key };
      say(bag, { code: "plan/special-id", severity: "warning", span: vocabulary.owner.span, group: String(id), facts });
    } else if (now !== id) ids[id] = now;
  }
  return ids;
}
