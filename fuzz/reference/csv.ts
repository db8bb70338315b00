/** Values as a table writes them: in quotes where they must be, or always. */
export function csvText(rows: readonly (readonly string[])[], separator: string, end: string, always: boolean): string {
  const written = (value: string) =>
    always || /["\r\n,;\t]/.test(value) || value.trim() !== value || value === ""
      ? `"${value.replaceAll('"', '""')}"`
      : value;
  return rows.map((row) => row.map(written).join(separator) + end).join("");
}
