import type { TextSpan } from "../problems/problem";
import type { Field, Fields, Reader } from "../text/reader";
import { reportMisplaced } from "./misplaced";
import { parseModels, parseSlices } from "./parseLists";
import { parseSettings } from "./parseSettings";
import type { ModuleItem } from "./recipe";

/** `modules:`, a mapping from a module's name to what it is made of. */
export function parseModules(reader: Reader, field: Field | undefined): readonly ModuleItem[] {
  const fields = field && reader.mapping(field.node, "`modules`", undefined, field.keySpan);
  return [...(fields?.values() ?? [])].flatMap((entry) => parseModule(reader, entry) ?? []);
}

function parseModule(reader: Reader, { key: name, keySpan: span, node }: Field): ModuleItem | undefined {
  const fields = reader.mapping(node, "a module", undefined, span);
  if (!fields) return undefined;
  reportMisplaced(reader, fields, "module");
  reader.dropUnknown(fields, "a module", ["models", "slices", "parameters"]);
  checkOneOf(reader, fields, ["models", "slices"], (found) =>
    reader.error({ code: "recipe/module-one-of", facts: { module: name, found }, span }),
  );
  return {
    name,
    models: parseModels(reader, reader.present(fields, "models")),
    slices: parseSlices(reader, reader.present(fields, "slices")),
    parameters: parseSettings(reader, fields.get("parameters")),
    span,
  };
}

/** mergekit's first rule: of these keys exactly one holds something. `report` is told of all others which do, and where the second is. */
export function checkOneOf(
  reader: Reader,
  fields: Fields,
  keys: readonly string[],
  report: (found: string, second: TextSpan | undefined) => void,
): void {
  const filled = keys.flatMap((key) => reader.present(fields, key) ?? []).filter(({ node }) => !reader.isEmpty(node));
  if (filled.length !== 1) report(filled.map(({ key }) => key).join(", "), filled[1]?.keySpan);
}
