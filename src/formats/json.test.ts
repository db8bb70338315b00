import fc from "fast-check";
import { expect, it } from "vitest";
import { findDuplicateName, quoted } from "./json";

it.each([
  ['{"a":1,"a":2}', "a"],
  ['{"a":1, "b":{"c":1,"c" : 2}}', "c"],
  ['{"a":[{"x":1},{"y":{"z":0,"z":0}}]}', "z"],
  ['{"a":1,"\\u0061":2}', "a"],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{"":1,"":2}', ""],
  ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
  ['[{"a":"a"},{"a":"a"}]', undefined],
  ['{"a":{"a":{"a":"a"}}}', undefined],
  ['{"a":"b","b":"a","c":["a","b","a"]}', undefined],
  ['{"a":"\\"a\\":1,","b":"}{"}', undefined],
  ['"a"', undefined],
])("finds the name that stands twice in %s", (text, expected) => {
  JSON.parse(text);
  expect(findDuplicateName(text)).toBe(expected);
});

it("finds none in any text that came from an object, however it is spaced", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(3), (value, space) => {
      expect(findDuplicateName(JSON.stringify(value, null, space))).toBeUndefined();
    }),
  );
});

it("shows a hostile name on one line and not for ever", () => {
  expect(quoted('a"\n\u0000')).toBe('"a\\"\\n\\u0000"');
  expect(quoted("x".repeat(500)).length).toBe(123);
});
