import { describe, expect, it } from "vitest";
import { BoundedTemplate, MAX_TEMPLATE_CHARACTERS } from "./boundedTemplate";

const LONG = "{% set ns = namespace(s='ab') %}{% for a in range(17) %}{% set ns.s = ns.s + ns.s %}{% endfor %}";
const namespaces = (count: number, each: (index: number) => string) => Array.from({ length: count }, (_, i) => each(i));

/** Templates that would take hours, or more memory than there is. */
const HOSTILE = {
  "one loop": "{% for a in range(10**9) %}x{% endfor %}",
  "empty loops in loops": "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
  "short loops in loops":
    "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}",
  "text in loops": "{% for a in range(9999) %}{% for b in range(9999) %}xxxxxxxxxx{% endfor %}{% endfor %}",
  "a string that doubles":
    "{% set ns = namespace(s='ab') %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
  "a list that doubles":
    "{% set ns = namespace(s=[1]) %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
  "a list that holds itself twice":
    "{% set ns = namespace(s=[1]) %}{% for a in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
  "namespaces that hold the next twice": [
    ...namespaces(60, (i) => `{% set n${i} = namespace() %}`),
    ...namespaces(59, (i) => `{% set n${i}.x = [n${i + 1}, n${i + 1}] %}`),
    "{{ n0 }}",
  ].join(""),
  "a namespace in itself": "{% set a = namespace() %}{% set a.x = [a] %}{{ a }}",
  "replace, as a method": `${LONG}{{ ns.s.replace('a', ns.s) }}`,
  "replace, kept for later": `${LONG}{% set f = ns.s.replace %}{{ f('a', ns.s) }}`,
  "replace, as a filter": `${LONG}{{ ns.s | replace('a', ns.s) }}`,
  "replace, around a block": `${LONG}{% filter replace('a', ns.s) %}{{ ns.s }}{% endfilter %}`,
  "a long separator": `${LONG}{{ range(100000) | join(ns.s) }}`,
  "a wide indent": "{{ 'a\\nb' | indent(1000000000) }}",
  "wide JSON": "{{ [1, 2] | tojson(indent=500000000) }}",
  "a search that starts over": `${LONG}{{ ('b' + ns.s) in (ns.s + ns.s) }}`,
  "a split that starts over": `${LONG}{{ ns.s.split('b' + ns.s) }}`,
  "a macro that calls itself twice":
    "{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
  "a long text, looked at often": `${LONG}{% for a in range(99999) %}{{ ns.s is lower }}{% endfor %}`,
  "a long text in a list, looked at often": `${LONG}{{ ([ns.s] * 99999) | map('length') | sum }}`,
  "tags that are never closed": `${LONG}{% for a in range(99) %}{{ ns.s | replace('a', '<') | striptags | length }}{% endfor %}`,
  "a macro that calls itself": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
};

describe("a hostile template", () => {
  it.each(Object.entries(HOSTILE))("is stopped: %s", (_, text) => {
    expect(() => new BoundedTemplate(text).render({})).toThrow(expect.objectContaining({ code: "template/too-much" }));
  });

  it.each([
    ["template/failed", "{{ 2 ** 100000000 }}"],
    ["template/broken", `{{ ${"(".repeat(50_000)}1${")".repeat(50_000)} }}`],
    ["template/broken", "{% if true %}".repeat(10_000)],
    ["template/too-large", "x".repeat(MAX_TEMPLATE_CHARACTERS + 1)],
    ["template/broken", "{% if true %}".repeat(10_000) + "{% endif %}".repeat(10_000)],
    ["template/broken", "{#".repeat(100_000)],
    ["template/broken", `{{ ${"not ".repeat(50_000)}x }}`],
  ])("ends with %s", (code, text) => {
    expect(() => new BoundedTemplate(text).render({})).toThrow(expect.objectContaining({ code }));
  });
});

describe("a broken template", () => {
  it("says what is wrong when it cannot be read", () => {
    expect(() => new BoundedTemplate("{% for x in y %}")).toThrow(
      expect.objectContaining({ code: "template/broken", facts: { found: "it ends before a block is closed" } }),
    );
  });

  it("says what is wrong when it cannot be applied", () => {
    expect(() => new BoundedTemplate("{{ messages.nothing.here() }}").render({ messages: [] })).toThrow(
      expect.objectContaining({ code: "template/failed" }),
    );
  });
});

describe("an honest template", () => {
  it("may be long, and render long conversations with tools", () => {
    const tools = Array.from({ length: 40 }, (_, i) => ({ name: `tool${i}`, parameters: { a: "text", b: [1, 2, 3] } }));
    const messages = Array.from({ length: 100 }, (_, i) => ({
      role: i % 2 ? "assistant" : "user",
      content: "word ".repeat(400),
    }));
    const text =
      "{% for t in tools %}{{ t | tojson(indent=2) }}{% endfor %}{% for m in messages %}" +
      "{% if '</think>' in m.content %}{{ m.content.split('</think>')[-1] }}{% else %}{{ m.content | trim }}{% endif %}" +
      "{% if not loop.last and messages[loop.index0 + 1].role == 'user' %}\n{% endif %}{% endfor %}";
    expect(new BoundedTemplate(text).render({ tools, messages }).length).toBeGreaterThan(100 * 1900);
  });

  it("counts with range as Python does", () => {
    const text =
      "{{ range(3) | list }}{{ range(1, 4) | list }}{{ range(10, 0, -4) | list }}{{ range(5, 5) | list }}{{ range(0, 7, 3) | list }}";
    expect(new BoundedTemplate(text).render({})).toBe("[0, 1, 2][1, 2, 3][10, 6, 2][][0, 3, 6]");
    expect(new BoundedTemplate("{{ range(3) }}{{ range(1, 9, 2) }}").render({})).toBe("range(0, 3)range(1, 9, 2)");
  });
});
