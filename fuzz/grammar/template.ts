import { ODD_NAMES, ODD_NUMBERS } from "../mutate/odd";
import type { Random } from "../random";

const VARIABLES = [
  "messages",
  "messages[0]",
  "messages[0].content",
  "messages[-1]['role']",
  "bos_token",
  "tools",
  "nothing",
  "x",
  "loop.index",
  "loop.last",
  "loop",
  "ns",
  "ns.x",
  "add_generation_prompt",
];
const FILTERS = [
  "trim",
  "upper",
  "lower",
  "length",
  "list",
  "join(', ')",
  "tojson",
  "first",
  "last",
  "int",
  "string",
  "default('d')",
  "replace('a', 'b')",
  "items",
  "map(attribute='role')",
  "selectattr('role', 'equalto', 'user')",
  "reverse",
  "sort",
  "unique",
  "batch(2)",
  "indent(2)",
  "title",
  "float",
  "safe",
  "round",
  "sum",
  "max",
  "dictsort",
  "slice(2)",
  "groupby('role')",
];
const METHODS = [
  "strip()",
  "split('a')",
  "startswith('a')",
  "upper()",
  "items()",
  "get('a')",
  "keys()",
  "strip('ab')",
  "replace('a', '')",
  "format(1)",
  "splitlines()",
  "append(1)",
  "join(['a'])",
  "count('a')",
  "title()",
  "lstrip()",
  "rsplit(' ', 1)",
  "find('a')",
];
const TESTS = [
  "defined",
  "none",
  "string",
  "mapping",
  "iterable",
  "number",
  "odd",
  "equalto(1)",
  "in 'abc'",
  "not none",
  "true",
  "sequence",
  "divisibleby(2)",
];
const OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">=", "and", "or", "in", "not in"];

export const TEMPLATE_WORDS: readonly string[] = [
  ...VARIABLES,
  ...METHODS.map((method) => `.${method}`),
  ...FILTERS.map((filter) => `| ${filter}`),
  "{{",
  "}}",
  "{%",
  "%}",
  "{%-",
  "-%}",
  "{#",
  "#}",
  "{% raw %}",
  "{% endraw %}",
  "{% for m in messages %}",
  "{% endfor %}",
  "{% if x %}",
  "{% elif %}",
  "{% else %}",
  "{% endif %}",
  "{% set x = 1 %}",
  "{% break %}",
  "{% continue %}",
  "{% macro f(a) %}",
  "{% endmacro %}",
  "{{ f(1) }}",
  "{% generation %}",
  "{% endgeneration %}",
  "range(100000)",
  "namespace(x=0)",
  "raise_exception('no')",
  "strftime_now('%d')",
  "lipsum()",
  "dict(a=1)",
  "cycler(1, 2)",
  "joiner()",
  "''.__class__",
  "**",
  "~",
  "loop.cycle('a', 'b')",
  "loop.previtem",
  "{% call f() %}",
  "{% filter upper %}",
  "{% endfilter %}",
  "{% include 'a' %}",
  "self",
  "caller()",
];

/** A template out of statements and expressions, mostly with all its blocks closed. */
export function templateText(random: Random): string {
  return random.list(1 + random.below(5), () => piece(random, 3)).join("");
}

function piece(random: Random, depth: number): string {
  const [open, close] = random.oneIn(3) ? ["{%-", "-%}"] : ["{%", "%}"];
  const body = () =>
    depth === 0 ? text(random) : random.list(1 + random.below(2), () => piece(random, depth - 1)).join("");
  switch (random.below(9)) {
    case 0:
      return text(random);
    case 1:
      return `${open} if ${expression(random, 2)} ${close}${body()}${random.oneIn(2) ? `${open} else ${close}${body()}` : ""}${open} endif ${close}`;
    case 2:
      return `${open} for m in ${expression(random, 1)} ${close}{{ m }}${body()}${open} endfor ${close}`;
    case 3:
      return `${open} set x = ${expression(random, 2)} ${close}`;
    case 4:
      return `${open} set ns = namespace(x=${expression(random, 1)}) ${close}${open} set ns.x = ns.x + 1 ${close}`;
    case 5:
      return `${open} macro f(a, b=1) ${close}{{ a }}${body()}${open} endmacro ${close}{{ f(${expression(random, 1)}) }}`;
    default:
      return `{{${random.oneIn(4) ? "-" : ""} ${expression(random, 3)} }}`;
  }
}

function text(random: Random): string {
  return random.pick(["a", "\n", "  \n  ", "<|im_start|>", "日本", " { ", "{ {", "'", "\\n", "", "a b"]);
}

function expression(random: Random, depth: number): string {
  if (depth === 0) return atom(random);
  const inner = () => expression(random, depth - 1);
  switch (random.below(11)) {
    case 0:
      return `${inner()} ${random.pick(OPERATORS)} ${inner()}`;
    case 1:
      return `(${inner()}) | ${random.pick(FILTERS)}`;
    case 2:
      return `(${inner()}).${random.pick(METHODS)}`;
    case 3:
      return `(${inner()}) is ${random.pick(TESTS)}`;
    case 4:
      return `(${inner()})[${random.pick(["0", "-1", "1:", ":2", "::-1", "'a'", "::2", "1:0:-1", ":-1"])}]`;
    case 5:
      return `${inner()} if ${inner()} else ${inner()}`;
    case 6:
      return `[${random.list(random.below(3), inner).join(", ")}]`;
    case 7:
      return `{'a': ${inner()}, 'b': ${inner()}}`;
    case 8:
      return `${random.pick(["not ", "-", "+"])}(${inner()})`;
    default:
      return atom(random);
  }
}

function atom(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return random.oneIn(4) ? random.pick(ODD_NUMBERS) : String(random.below(5));
    case 1:
      return random.pick([
        "'a'",
        "''",
        "'ab ab'",
        "'日本'",
        '"x\\ny"',
        "'%s'",
        `'${random.pick(ODD_NAMES).replace(/['\\]/g, "")}'`,
      ]);
    case 2:
      return random.pick(["true", "False", "none", "None", "True", "range(3)", "dict(a=1)", "[]", "{}", "()", "(1,)"]);
    default:
      return random.pick(VARIABLES);
  }
}
