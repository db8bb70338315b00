const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0[0-7_]+|0x[\da-fA-F_]+|0|[1-9][\d_]*(?::[0-5]?\d)*)$/;
const FLOAT =
  /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*)$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;

/**
 * What a plain scalar means to mergekit's loader (PyYAML's resolvers): a number, a boolean, nothing, or the text itself. Other
 * readers of YAML 1.1 take more for numbers and booleans: `.`, `e5`, `1e3`, `09` and `y` are text here, and models are named so.
 */
export function plainScalar(text: string): string | number | boolean | null {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (INTEGER.test(text) || FLOAT.test(text)) return numberOf(text);
  if (INFINITE.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return NOT_A_NUMBER.test(text) ? Number.NaN : text;
}

/** `010` is 8, `0x1F` 31, `1_000` 1000, and `1:30` 90: parts between colons are digits of base 60. */
function numberOf(text: string): number {
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  const value = /^0[bx]/.test(digits)
    ? Number(digits)
    : /^0[0-7]+$/.test(digits)
      ? Number.parseInt(digits, 8)
      : digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return text.startsWith("-") ? -value : value;
}
