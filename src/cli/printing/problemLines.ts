import type { Problem } from "../../recipe/problems/problem";
import { printable } from "./printable";
import type { Output } from "./progressLine";

/**
 * Prints problems as compilers print theirs, so that editors find the place: `file:line:column: error: message`.
 * @returns whether one of them is an error
 */
export function printProblems(file: string, problems: readonly Problem[], output: Output): boolean {
  for (const problem of problems) output.write(`${problemLine(file, problem)}\n`);
  return problems.some(({ severity }) => severity === "error");
}

function problemLine(file: string, { span, severity, message, tensor }: Problem): string {
  const place = span ? `${file}:${span.line}:${span.column}` : file;
  return printable(`${place}: ${severity}: ${message}${tensor === undefined ? "" : ` [${tensor}]`}`);
}
