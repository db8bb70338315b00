import type { Problem } from "../recipe/problems";

/** A problem as compilers print theirs, so that editors find the place: `file:line:column: error: message`. */
export function problemLine(file: string, problem: Problem): string {
  const { span, severity, message, tensor } = problem;
  const place = span ? `${file}:${span.line}:${span.column}` : file;
  return `${place}: ${severity}: ${message}${tensor === undefined ? "" : ` [${tensor}]`}`;
}
