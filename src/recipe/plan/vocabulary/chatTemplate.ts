import { modelReferences } from "../../parse/references";
import type { PlanContext } from "../planContext";
import { builtInTemplate, TEMPLATE_NAMES } from "./builtInTemplates";
import { say } from "./say";
import { tokenizerModel } from "./tokenizerModel";
import type { Vocabularies } from "./vocabularies";

/** A text that is shorter than this, or has no bracket in it, is no template but a name that is not known. */
const MIN_TEMPLATE = 20;

/**
 * The template that a recipe asks for, where it is another than the one that comes with the tokenizer. Whether there is one is said
 * before anything is merged.
 */
export function askedTemplate(context: PlanContext, vocabularies: Vocabularies): string | undefined {
  const { recipe, bag } = context;
  const asked = recipe.chatTemplate;
  if (!asked) return undefined;
  const own = vocabularies.get(tokenizerModel(context).key)?.vocabulary?.template;
  const wanted =
    asked.value === "auto" ? commonest(context, vocabularies) : (builtInTemplate(asked.value) ?? asked.value);
  if (wanted === undefined || wanted.trim() === own?.trim()) return undefined;
  if (asked.value !== "auto" && !isTemplate(wanted)) {
    const facts = { found: asked.value, known: TEMPLATE_NAMES.join(", ") };
    say(bag, { code: "plan/chat-template", severity: "error", span: asked.span, facts });
    return undefined;
  }
  return wanted;
}

function isTemplate(text: string): boolean {
  return text.length >= MIN_TEMPLATE && text.includes("{");
}

/** The one that most of the models have; of several, the one that is met first. */
function commonest({ recipe }: PlanContext, vocabularies: Vocabularies): string | undefined {
  const counts = new Map<string, number>();
  for (const { key } of modelReferences(recipe)) {
    const template = vocabularies.get(key)?.vocabulary?.template?.trim();
    if (template) counts.set(template, (counts.get(template) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a); // keeps the order of equals
  return most?.[0];
}
