import { describe, expect, it } from "vitest";
import { BoundedTemplate } from "../boundedTemplate";

const messages = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "  Hi, it's me  ", n: 1 },
  { role: "assistant", content: null, n: 2 },
];
const render = (text: string) =>
  new BoundedTemplate(text).render({ messages, s: "\n--Hello--\n", d: { b: 1, a: null } });

/** What jinja2 3.1.6 prints, set up as transformers does. */
describe("a template means what it means to jinja2", () => {
  it.each([
    [
      "strip(chars) and its kin",
      "{{ s.strip('\\n') }}|{{ s.strip('\\n-') }}|{{ s.lstrip('\\n-H') }}|{{ 'a..'.rstrip('.') }}",
      "--Hello--|Hello|ello--\n|a",
    ],
    [
      "white space without characters",
      "[{{ messages[1].content.strip() }}][{{ '\\ufeffa\\x1f '.rstrip() }}]",
      "[Hi, it's me][\ufeffa]",
    ],
    [
      "split, with and without a separator",
      "{{ 'a, b,c'.split(',', 1) }}{{ ' a  b c '.split(None, 1) }}{{ 'a b c'.rsplit(' ', 1) }}",
      "['a', ' b,c']['a', 'b c ']['a b', 'c']",
    ],
    ["startswith a tuple", "{{ 'abc'.startswith(('x', 'ab')) }}{{ 'abc'.endswith(('x',)) }}", "TrueFalse"],
    [
      "replace with a count",
      "{{ 'aaa'.replace('a', 'b', 2) }}{{ 'aaa' | replace('a', 'b', 1) }}{{ 'ab'.replace('', '-') }}",
      "bbabaa-a-b-",
    ],
    [
      "title and capitalize",
      `{{ "they're HERE".title() }}|{{ 'élan VITAL' | capitalize }}|{{ 'one-two (three' | title }}`,
      "They'Re Here|Élan vital|One-Two (Three",
    ],
    [
      "True, False and None",
      "{{ true }}{{ False }}{{ none }}{{ [true, none, 'a\\'b', 1.0, d] }}",
      `TrueFalseNone[True, None, "a'b", 1.0, {'b': 1, 'a': None}]`,
    ],
    [
      "numbers",
      "{{ 7 / 2 }}{{ 7 // 2 }}{{ -7 % 3 }}{{ 4 / 2 }}{{ 1e16 }}{{ 2.5 | round | int }}{{ 2 ** 3 }}",
      "3.5322.01e+1628",
    ],
    [
      "% as format",
      "{{ '%s is %d%%, %.2f or %5s' % ('a', 3, 0.125, none) }}{{ '%(a)s' % {'a': 1} }}{{ 7 % 4 }}",
      "a is 3%, 0.12 or  None13",
    ],
    ["format", "{{ '{} {a!r:>5} {0[0]}'.format([1], a='x') }}{{ '%s-%s' | format(1, 2) }}", "[1]   'x' 11-2"],
    [
      "loop.cycle and its neighbours",
      "{% for m in messages %}{{ loop.cycle('a', 'b') }}{{ loop.previtem.n }}{{ loop.nextitem is defined }};{% endfor %}".replace(
        "loop.previtem.n",
        "(loop.previtem or {}).n",
      ),
      "aTrue;bTrue;a1False;",
    ],
    ["loop.changed", "{% for n in [1, 1, 2] %}{{ loop.changed(n) }}{% endfor %}", "TrueFalseTrue"],
    [
      "a recursive loop",
      "{% for n in [1, [2, [3]]] recursive %}{{ n if n is number else '(' ~ loop(n) ~ ')' }}{% endfor %}",
      "1(2(3))",
    ],
    [
      "break and continue",
      "{% for n in range(9) %}{% if n == 1 %}{% continue %}{% endif %}{{ n }}{% if n == 3 %}!{% break %}{% endif %}{% endfor %}",
      "023!",
    ],
    ["{%+ and +%}", "a\n  {%+ if true +%}\nb{% endif %}\n  {% if true %}\nc\n  {% endif %}\nd\n", "a\n  \nbc\nd"],
    ["{%- and -%}", "a \n {%- if true -%} \n b {% endif -%} \n c", "ab c"],
    ["a comment's white space", "a\n  {# b #}\nc {#- d -#} e", "a\nce"],
    ["raw", "{% raw %}{{ a }}{% if %}{% endraw %}", "{{ a }}{% if %}"],
    [
      "map('upper') and map(attribute=…)",
      "{{ messages | map(attribute='role') | map('upper') | join(' ') }}{{ messages | map(attribute='n', default=0) | list }}",
      "SYSTEM USER ASSISTANT[0, 1, 2]",
    ],
    [
      "selectattr(…, 'in', …)",
      "{{ messages | selectattr('role', 'in', ['user', 'system']) | map(attribute='role') | list }}{{ messages | rejectattr('n') | list | length }}",
      "['system', 'user']1",
    ],
    [
      "tests with arguments",
      "{{ 6 is divisibleby(3) }}{{ 6 is not divisibleby 4 }}{{ 'a' is in ['a'] }}{{ 1 is eq 1.0 and none is none }}",
      "TrueTrueTrueTrue",
    ],
    [
      "tojson as transformers has it",
      "{{ {'é': '<a>', 'b': [1.0, none, true]} | tojson }}{{ [1] | tojson(indent=2) }}{{ 'é' | tojson(ensure_ascii=true) }}",
      '{"é": "<a>", "b": [1.0, null, true]}[\n  1\n]"\\u00e9"',
    ],
    [
      "slices",
      "{{ 'abcdef'[::-2] }}{{ [1, 2, 3][-2:] }}{{ messages[::-1][0].role }}{{ '😀b'[1:] }}{{ '😀b' | length }}",
      "fdb[2, 3]assistantb2",
    ],
    [
      "a dict's methods",
      "{{ d.items() | list }}{{ d.keys() }}{{ d.get('a', 5) }}{{ d.get('x', 5) }}{{ 'a' in d }}{{ d | dictsort }}",
      "[('b', 1), ('a', None)]dict_keys(['b', 'a'])None5True[('a', None), ('b', 1)]",
    ],
    ["a key that is the name of a method", "{{ {'items': 1}['items'] }}{{ {'x': 1}.x }}", "11"],
    [
      "namespace",
      "{% set ns = namespace(a=1) %}{% for m in messages %}{% set ns.a = ns.a + 1 %}{% set b = 1 %}{% endfor %}{{ ns.a }}{{ b is defined }}",
      "4False",
    ],
    [
      "generation blocks",
      "a{% generation %}{% set x = 1 %}b{{ x }}{% endgeneration %}\n{{ x is defined }}",
      "ab1False",
    ],
    [
      "with, and set around a block",
      "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{% set t | upper %}x{{ 1 }}{% endset %}{{ t }}",
      "3X1",
    ],
    [
      "macros",
      "{% macro f(a, b='x') %}{{ a }}{{ b }}{{ kwargs }}{{ caller() if caller }}{% endmacro %}{{ f(1, c=2) }}{% call f(3) %}!{% endcall %}",
      "1x{'c': 2}3x{}!",
    ],
    [
      "~ before +, and comparisons in a row",
      "{{ 'a' + 1 ~ 'b' }}{{ 1 < 2 < 3 }}{{ (3 > 2) == true }}{{ 3 > 2 > 1 }}",
      "a1bTrueTrueTrue",
    ],
    ["tuples", "{{ (1,) }}{{ () }}{{ 1, 2 }}{{ 'a' in ('a', 'b') }}", "(1,)()(1, 2)True"],
    [
      "a filter in a row",
      "{{ ' A b ' | trim | lower | replace(' ', '_') | default('x') }}{{ none | default('x', true) }}{{ u | default('x') }}",
      "a_bxx",
    ],
    [
      "what a filter streams, once",
      "{% set m = messages | map(attribute='role') %}{{ m | list | length }}{{ m | list | length }}{{ 1 if m }}",
      "301",
    ],
    [
      "what is not there",
      "[{{ nothing }}{{ messages[9] }}{{ d.zzz }}{{ 1 if false }}]{{ nothing is defined }}{{ not nothing }}",
      "[]FalseTrue",
    ],
    [
      "text, escaped as Python does",
      String.raw`{{ 'a\d\x41\u0042\'' }}{{ "line\
on" }}`,
      "a\\dAB'lineon",
    ],
  ])("%s", (_, text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    ["nothing.here", "'nothing' is undefined"],
    ["messages[0].nothing.here", "'dict object' has no attribute 'nothing'"],
    ["none + 'a'", "unsupported operand type(s) for +: 'NoneType' and 'str'"],
    ["messages.append(1)", "access to attribute 'append' of 'list' object is unsafe"],
    ["1 | nothing", "No filter named 'nothing'"],
    ["1 is nothing", "No test named 'nothing'"],
    ["1 // 0", "division by zero"],
    ["messages | map('upper', 1) | list", "upper() takes 0 arguments, but 1 were given"],
    ["2 ** 200", "a whole number is larger than can be calculated with"],
  ])("{{ %s }} fails with what is wrong", (expression, found) => {
    expect(() => render(`{{ ${expression} }}`)).toThrow(
      expect.objectContaining({ code: "template/failed", facts: { found } }),
    );
  });
});
