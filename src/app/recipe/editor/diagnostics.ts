import type { Diagnostic } from "@codemirror/lint";
import type { Problem } from "../../../recipe/problems/problem";
import type { Catalogue } from "../../i18n";
import { fixLabel, problemSentence } from "../../i18n/failures";

const SEVERITIES = { error: "error", warning: "warning", note: "info" } as const;

/** The plan's problems as marks in the text and in its gutter. Those without a place are listed under the text only. */
export function diagnosticsOf(problems: readonly Problem[], length: number, catalogue: Catalogue): Diagnostic[] {
  return problems.flatMap((problem): Diagnostic[] => {
    const { span, severity, code, fix } = problem;
    if (!span) return [];
    const from = Math.min(span.from, length);
    return [
      {
        from,
        to: Math.max(from, Math.min(span.to, length)),
        severity: SEVERITIES[severity],
        message: problemSentence(problem, catalogue),
        markClass: `problem-${code.replace(/\W/g, "-")}`,
        actions: fix
          ? [
              {
                name: fixLabel(fix, catalogue),
                apply: (view) => view.dispatch({ changes: { from: fix.from, to: fix.to, insert: fix.insert } }),
              },
            ]
          : [],
      },
    ];
  });
}
