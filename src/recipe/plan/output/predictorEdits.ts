import { configNumber } from "../../../model/config";
import type { JsonEdit } from "../../../model/jsonEdit";
import { PREDICTOR_KEYS } from "../../../model/layout/behindStack";
import { losesModules } from "../behindStack";
import type { PlannedModule } from "../expand";
import type { PlanContext } from "../planContext";

/**
 * Where modules behind the stack are left out, config.json counts none of them: converters and servers look for as many as
 * it says (`num_nextn_predict_layers`).
 */
export function predictorEdits(context: PlanContext, modules: readonly PlannedModule[]): readonly JsonEdit[] {
  const { donor, bag } = context;
  if (!losesModules(context, modules)) return [];
  const paths = PREDICTOR_KEYS.flatMap((key) => [key, `text_config.${key}`]);
  return paths.flatMap((key) => {
    const found = configNumber(donor.checkpoint.config, key) ?? 0;
    if (found === 0) return [];
    bag.add({
      code: "plan/behind-count",
      severity: "note",
      span: donor.reference.span,
      group: key,
      facts: { key, found },
    });
    return [{ path: key.split("."), value: 0 }];
  });
}
