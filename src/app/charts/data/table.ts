/** A figure in full precision, or words; NaN (an error that one prompt has none of) is left empty. */
export type Cell = number | string | undefined;

/** What a chart shows, as rows. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** RFC 4180, figures as JSON writes them; starts with a byte order mark, without which spreadsheets misread Japanese. */
export function toCsv({ columns, rows }: ChartTable): string {
  const lines = [columns, ...rows].map((row) => row.map(field).join(","));
  return `\u{feff}${lines.join("\r\n")}\r\n`;
}

function field(cell: Cell): string {
  if (cell === undefined || Number.isNaN(cell)) return "";
  if (typeof cell === "number") return String(cell);
  // A leading sign of a formula would be run by a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
