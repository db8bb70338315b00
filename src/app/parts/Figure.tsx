import { useFormats } from "../context";

/** A measured value: five figures to read, all of them for who copies or reads the page by program. */
export function Figure({ value }: { readonly value: number }) {
  const formats = useFormats();
  return <data value={String(value)}>{formats.measure(value)}</data>;
}
