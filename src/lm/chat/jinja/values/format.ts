import type { Budget } from "../budget";
import { fixed } from "./numbers";
import { type Arguments, Dict, numberOf, Tuple, typeName, type Value } from "./values";
import { floatText, represented, written } from "./written";

const MAX_WIDTH = 10_000;

/** Python's `text % values`: `%s`, `%d`, `%5.2f`, `%(name)s`, … */
export function percentFormat(text: string, values: Value, budget: Budget): string {
  const listed = values instanceof Tuple ? values.items : [values];
  let used = 0;
  let named = false;
  const next = (): Value => {
    const value = listed[used++];
    if (value === undefined) throw new Error("not enough arguments for format string");
    return value;
  };
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf("%"); at >= 0; at = text.indexOf("%", from)) {
    DIRECTIVE.lastIndex = at;
    const found = DIRECTIVE.exec(text);
    if (!found) throw new Error("incomplete format");
    parts.push(text.slice(from, at));
    from = at + found[0].length;
    const [, key, flags = "", width = "", precision, kind = ""] = found;
    const size = width === "*" ? Number(next()) : Number(width);
    const digits = precision === undefined ? undefined : precision === "*" ? Number(next()) : Number(precision);
    if (kind === "%") {
      parts.push("%");
      continue;
    }
    let value: Value;
    if (key === undefined) value = next();
    else {
      named = true;
      const member = values instanceof Dict ? values.get(key) : undefined;
      if (member === undefined)
        throw new Error(values instanceof Dict ? `no key '${key}'` : "format requires a mapping");
      value = member;
    }
    const body = directive(kind, value, { flags, digits }, budget);
    const numeric = !"sra".includes(kind);
    const fill = flags.includes("0") && numeric && !flags.includes("-") ? "0" : " ";
    parts.push(pad(body, size, flags.includes("-") ? "<" : fill === "0" ? "=" : ">", fill));
    budget.text(body.length + size);
  }
  parts.push(text.slice(from));
  if (!named && used < listed.length && !(values instanceof Dict)) {
    throw new Error("not all arguments converted during string formatting");
  }
  const whole = parts.join("");
  budget.text(whole.length);
  return whole;
}

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ 0#]*)(\d+|\*)?(?:\.(\d+|\*)?)?[hlL]?([diouxXeEfFgGcrsa%])/y;

interface Style {
  readonly flags: string;
  readonly digits: number | undefined;
}

function directive(kind: string, value: Value, { flags, digits }: Style, budget: Budget): string {
  if (kind === "s" || kind === "r" || kind === "a") {
    const text = kind === "s" ? written(value, budget) : represented(value, budget);
    return digits === undefined ? text : Array.from(text).slice(0, digits).join("");
  }
  if (kind === "c") return typeof value === "number" ? String.fromCodePoint(value) : written(value, budget);
  const figure = numberOf(value);
  if (!figure) throw new Error(`%${kind} format: a real number is required, not ${typeName(value)}`);
  const sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "-";
  if ("diu".includes(kind)) return signed(Math.trunc(figure.value), (n) => grouped(n.toFixed(0), digits ?? 0), sign);
  return signed(figure.value, (n) => figureText(n, kind, digits, flags.includes("#")), sign);
}

function grouped(digits: string, least: number): string {
  return digits.padStart(Math.min(least, MAX_WIDTH), "0");
}

function signed(value: number, body: (size: number) => string, sign: string): string {
  const text = body(Math.abs(value));
  return value < 0 || Object.is(value, -0) ? `-${text}` : sign === "-" ? text : sign + text;
}

/** A number of 0 or more in one of printf's ways. */
function figureText(value: number, kind: string, digits = 6, alternate = false): string {
  const limited = Math.min(digits, 100);
  switch (kind) {
    case "x":
    case "X":
    case "o": {
      const text = Math.trunc(value).toString(kind === "o" ? 8 : 16);
      const prefixed = alternate ? `0${kind.toLowerCase()}${text}` : text;
      return kind === "X" ? prefixed.toUpperCase() : prefixed;
    }
    case "f":
    case "F":
      return Number.isFinite(value) ? fixed(value, limited) : Number.isNaN(value) ? "nan" : "inf";
    case "e":
    case "E": {
      const text = value.toExponential(limited).replace(/e([+-])(\d)$/, "e$10$2");
      return kind === "E" ? text.toUpperCase() : text;
    }
    default: {
      const precision = Math.max(1, limited);
      const [, power = "0"] = value.toExponential(precision - 1).split("e");
      const exponent = Number(power);
      const text =
        exponent < -4 || exponent >= precision
          ? value
              .toExponential(precision - 1)
              .replace(/\.?0+e/, "e")
              .replace(/e([+-])(\d)$/, "e$10$2")
          : value
              .toFixed(Math.max(0, precision - 1 - exponent))
              .replace(/(\.\d*?)0+$/, "$1")
              .replace(/\.$/, "");
      return kind === "G" ? text.toUpperCase() : text;
    }
  }
}

function pad(text: string, width: number, align: string, fill: string): string {
  if (width > MAX_WIDTH) throw new Error(`a width of ${width} is too large`);
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (align === "<") return text + fill.repeat(missing);
  if (align === "^") return fill.repeat(Math.floor(missing / 2)) + text + fill.repeat(Math.ceil(missing / 2));
  const sign = align === "=" && /^[-+ ]/.test(text) ? text.slice(0, 1) : "";
  return sign + fill.repeat(missing) + text.slice(sign.length);
}

/** Python's `text.format(…)`, as the sandbox allows it: names and positions with indices, `!r`, widths and number formats. */
export function braceFormat(
  text: string,
  { positional, named }: Arguments,
  member: (value: Value, name: string, computed: boolean) => Value,
  budget: Budget,
): string {
  let automatic = 0;
  const fieldText = (found: string, name: string, conversion: string | undefined, spec: string): string => {
    const [head = "", ...rest] = name.split(/(?=[.[])/);
    const index = head === "" ? automatic++ : /^\d+$/.test(head) ? Number(head) : undefined;
    let value = index === undefined ? named.get(head) : positional[index];
    if (value === undefined) throw new Error(`${found} names no argument`);
    for (const step of rest) {
      const computed = step.startsWith("[");
      value = member(value, computed ? step.slice(1, -1) : step.slice(1), computed);
    }
    if (conversion !== undefined) value = conversion === "s" ? written(value, budget) : represented(value, budget);
    return specified(value, spec, budget);
  };
  const whole = text.replace(FIELD, (found: string, ...groups: readonly string[]) => {
    if (found === "{{") return "{";
    if (found === "}}") return "}";
    const [name, conversion, spec = ""] = groups;
    if (name === undefined) throw new Error("Single '}' encountered in format string");
    return fieldText(found, name, conversion, spec);
  });
  budget.text(whole.length);
  return whole;
}

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}|[{}]/g;
const SPEC = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

function specified(value: Value, spec: string, budget: Budget): string {
  if (spec === "") return written(value, budget);
  const found = SPEC.exec(spec);
  if (!found) throw new Error(`"${spec}" is no format`);
  const [, fill, align, sign = "-", alternate, zero, width = "0", group, precision, kind] = found;
  const digits = precision === undefined ? undefined : Number(precision);
  const figure = numberOf(value);
  budget.text(Number(width));
  if (!figure || kind === "s") {
    const text = written(value, budget);
    const cut = digits === undefined ? text : Array.from(text).slice(0, digits).join("");
    return pad(cut, Number(width), align ?? "<", fill ?? " ");
  }
  const body = (n: number) => {
    const text = numberText(n, kind, digits, { whole: figure.whole, alternate: alternate !== undefined });
    return group === undefined ? text : text.replace(/^\d+/, (all) => all.replace(/\B(?=(\d{3})+$)/g, group));
  };
  return pad(signed(figure.value, body, sign), Number(width), align ?? (zero ? "=" : ">"), fill ?? (zero ? "0" : " "));
}

function numberText(
  value: number,
  kind: string | undefined,
  digits: number | undefined,
  { whole, alternate }: { readonly whole: boolean; readonly alternate: boolean },
): string {
  if (kind === "%") return `${fixed(100 * value, digits ?? 6)}%`;
  if (kind === "b") return `${alternate ? "0b" : ""}${Math.trunc(value).toString(2)}`;
  if (kind === "d" || kind === "n" || (kind === undefined && whole)) return value.toFixed(0);
  if (kind !== undefined) return figureText(value, kind, digits, alternate);
  return digits === undefined ? floatText(value) : figureText(value, "g", digits);
}
