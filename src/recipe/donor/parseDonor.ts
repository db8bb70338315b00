import { isScalar } from "yaml";
import { parseReference } from "../parse/parseReference";
import { changeTo } from "../problems/fixes";
import type { TextSpan } from "../problems/problem";
import type { Fields, Reader } from "../text/reader";
import type { DonorRequest } from "./donor";
import {
  DONOR_DEFAULTS,
  DONOR_RANGES,
  type DonorParameterName,
  type DonorParameters,
  donorRange,
  donorValue,
  FLOORS_AND_CAPS,
} from "./parameters";

const NAMES = Object.keys(DONOR_RANGES) as readonly DonorParameterName[];

/**
 * The `donor` key of the `# awase:` block: a model, and parameters by the names of reference section 4. What is wrong is an error: a
 * merge without its donor is another one.
 * @param reader of the block, where every scalar is text
 */
export function parseDonor(reader: Reader, node: unknown, at: TextSpan): DonorRequest | undefined {
  const fields = reader.mapping(node, "`donor`", ["model", ...NAMES], at);
  if (!fields) return undefined;
  const field = fields.get("model");
  if (!field) return reader.error({ code: "recipe/missing-model", facts: { where: "`donor`" }, span: at });
  const model = parseReference(reader, field.node, "`model`", field.keySpan);
  const parameters = parseParameters(reader, fields);
  return model && parameters ? { model, parameters } : undefined;
}

function parseParameters(reader: Reader, fields: Fields): Partial<DonorParameters> | undefined {
  const found = new Map<DonorParameterName, DonorParameters[DonorParameterName]>();
  let wrong = false;
  for (const name of NAMES) {
    const field = fields.get(name);
    if (!field || reader.isNull(field.node)) continue;
    const written = textOf(reader, field.node);
    const value = written === undefined ? undefined : donorValue(name, written.trim());
    if (value !== undefined) {
      found.set(name, value);
      continue;
    }
    wrong = true;
    const span = reader.span(field.node, field.keySpan);
    const usual = String(DONOR_DEFAULTS[name]);
    reader.error({
      code: "recipe/donor-value",
      facts: { name, found: reader.shown(field.node, 40), expected: donorRange(name), usual },
      span,
      fix: written === undefined ? undefined : changeTo(usual, span),
    });
  }
  const parameters = Object.fromEntries(found) as Partial<DonorParameters>;
  for (const [floor, cap] of FLOORS_AND_CAPS) {
    const [low, high] = [parameters[floor] ?? DONOR_DEFAULTS[floor], parameters[cap] ?? DONOR_DEFAULTS[cap]];
    const field = fields.get(parameters[floor] === undefined ? cap : floor);
    if (low <= high || !field) continue;
    wrong = true;
    const span = reader.span(field.node, field.keySpan);
    reader.error({ code: "recipe/donor-floor", facts: { floor, cap, low, high }, span });
  }
  return wrong ? undefined : parameters;
}

/** A scalar as it is written: in the block all are text. */
function textOf(reader: Reader, node: unknown): string | undefined {
  const scalar = reader.syntax.follow(node);
  return isScalar(scalar) && typeof scalar.value === "string" ? scalar.value : undefined;
}
