import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editJson } from "./jsonEdit";

const CONFIG = `{
  "eps": 1e-06,
  "theta": 10000.0,
  "layers": 4,
  "types": [
    "full",
    "full"
  ],
  "text": {"layers": 2, "name": "a, \\"b\\" }"}
}
`;

describe("editJson", () => {
  it("replaces values and leaves the spelling of all others", () => {
    expect(editJson(CONFIG, [{ path: ["layers"], value: 6 }])).toBe(CONFIG.replace('"layers": 4', '"layers": 6'));
    expect(editJson(CONFIG, [{ path: ["text", "layers"], value: 3 }])).toBe(
      CONFIG.replace('"layers": 2', '"layers": 3'),
    );
    expect(editJson(CONFIG, [{ path: ["types"], value: ["full"] }])).toBe(
      CONFIG.replace('[\n    "full",\n    "full"\n  ]', '[\n    "full"\n  ]'),
    );
  });

  it("adds keys at the end of their object", () => {
    expect(editJson(CONFIG, [{ path: ["dtype"], value: "bfloat16" }])).toBe(
      CONFIG.replace('}"}\n}', '}"},\n  "dtype": "bfloat16"\n}'),
    );
    expect(editJson("{}", [{ path: ["a"], value: 1 }])).toBe('{"a": 1}');
    expect(editJson('{"a":1}', [{ path: ["b"], value: [2] }])).toBe('{"a":1, "b": [2]}');
  });

  it("takes keys away with their comma, at the beginning, in between, at the end and alone", () => {
    const without = (text: string, ...path: string[]) => editJson(text, [{ path, value: undefined }]);
    expect(without(CONFIG, "eps")).toBe(CONFIG.replace('"eps": 1e-06,\n  ', ""));
    expect(without(CONFIG, "types")).toBe(CONFIG.replace(/"types": [^\]]*\],\n {2}/, ""));
    expect(without(CONFIG, "text", "name")).toBe(CONFIG.replace(/, "name": .*"\}/, "}"));
    expect(without('{"a": 1}', "a")).toBe("{}");
    expect(without('{"a": 1, "b": 2, "a": 3}', "a")).toBe('{"b": 2}');
    expect(without(CONFIG, "absent")).toBe(CONFIG);
  });

  it("changes the last of equal keys, which is the one that counts", () => {
    expect(JSON.parse(editJson('{"a":1,"a":2}', [{ path: ["a"], value: 3 }]))).toEqual({ a: 3 });
  });

  it("sets any value in any object, as JSON.parse sees it", () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(json, fc.string(), fc.jsonValue(), fc.constantFrom(undefined, 2), (object, key, value, indent) => {
        fc.pre(key !== "__proto__" && !Object.hasOwn(object, "__proto__"));
        const text = JSON.stringify(object, null, indent);
        const expected: unknown = JSON.parse(JSON.stringify({ ...object, [key]: value }));
        expect(JSON.parse(editJson(text, [{ path: [key], value }]))).toEqual(expected);
      }),
    );
  });
});
