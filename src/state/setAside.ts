import type { Session } from "./keep";
import type { Trial } from "./trial";

/** The stored visit without what is at fault; undefined to begin as on the first visit. */
export function setAside(
  session: Session | undefined,
  { before, afresh }: Trial,
  first: Pick<Session, "recipe" | "recipeName" | "models">,
): Session | undefined {
  if (!session) return undefined;
  if (before) return { ...session, ...before };
  if (!afresh || afresh.done) return session;
  if (afresh.step > 2) return undefined;
  const { models, ...recipe } = first;
  return { ...session, ...recipe, ...(afresh.step > 1 && { models }) };
}
