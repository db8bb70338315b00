import type { Diagnostic } from "@codemirror/lint";
import type { Problem } from "../../../recipe/problems";
import type { Language } from "../../../state/settings";
import { fixLabel, problemSentence } from "../../i18n/failures";

const SEVERITIES = { error: "error", warning: "warning", note: "info" } as const;

/** The plan's problems as marks in the text and in its gutter. Those without a place are listed under the text only. */
export function diagnosticsOf(problems: readonly Problem[], length: number, language: Language): Diagnostic[] {
  return problems.flatMap((problem): Diagnostic[] => {
    const { span, severity, code, fix } = problem;
    if (!span) return [];
    const from = Math.min(span.from, length);
    return [
      {
        from,
        to: Math.max(from, Math.min(span.to, length)),
        severity: SEVERITIES[severity],
        message: problemSentence(problem, language),
        markClass: `problem-${code.replace(/\W/g, "-")}`,
        actions: fix
          ? [
              {
                name: fixLabel(fix, language),
                apply: (view) => view.dispatch({ changes: { from: fix.from, to: fix.to, insert: fix.insert } }),
              },
            ]
          : [],
      },
    ];
  });
}
