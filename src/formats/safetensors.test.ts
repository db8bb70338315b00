import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memorySource } from "../io/memory";
import type { ByteRange, ByteSource } from "../io/types";
import { MAX_HEADER_BYTES, readSafetensors } from "./safetensors";
import { fileWith } from "./safetensors.testing";

const read = (bytes: Uint8Array) => readSafetensors(memorySource("x.safetensors", bytes));
const entry = (from: number, to: number, shape: string, dtype = "U8") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${from},${to}]}`;

describe("a sound file", () => {
  it("gives tensors in the order of their bytes, absolute places, metadata", async () => {
    const header = `{"b":${entry(4, 12, "[2]", "F32")},"__metadata__":{"format":"pt","note":"日本"},"a":${entry(0, 4, "[2,1]", "BF16")}}`;
    const file = await read(fileWith(header, 12));
    const start = 8 + new TextEncoder().encode(header).length;
    expect(file).toEqual({
      tensors: [
        { name: "a", dtype: "BF16", shape: [2, 1], file: "x.safetensors", start, end: start + 4 },
        { name: "b", dtype: "F32", shape: [2], file: "x.safetensors", start: start + 4, end: start + 12 },
      ],
      metadata: { format: "pt", note: "日本" },
      dataStart: start,
    });
  });

  it("may have no tensors, scalars, empty tensors and spaces at the end", async () => {
    expect((await read(fileWith("{}"))).tensors).toEqual([]);
    const file = await read(fileWith(`{"s":${entry(0, 2, "[]", "F16")},"e":${entry(2, 2, "[0,5]")}}    `, 2));
    expect(file.tensors.map(({ name }) => name)).toEqual(["s", "e"]);
  });

  it("may name tensors as objects name their own insides", async () => {
    const names = ["__proto__", "constructor", "toString", "0"];
    const header = `{${names.map((name, i) => `"${name}":${entry(i, i + 1, "[1]")}`).join(",")}}`;
    const file = await read(fileWith(header, 4));
    expect(file.tensors.map(({ name }) => name)).toEqual(names);
    expect(file.tensors[0]?.dtype).toBe("U8");
  });

  it("is read from the files other tools wrote", async () => {
    const root = "e2e/golden/merge/models";
    for (const model of readdirSync(root)) {
      for (const file of readdirSync(`${root}/${model}`).filter((name) => name.endsWith(".safetensors"))) {
        const bytes = readFileSync(`${root}/${model}/${file}`);
        const { tensors, metadata } = await read(bytes);
        expect(metadata).toEqual({ format: "pt" });
        expect(tensors.at(-1)?.end).toBe(bytes.length);
      }
    }
  });

  it("is read with one request when its header is small, with two when it is large", async () => {
    for (const [names, expected] of [
      [10, 1],
      [10_000, 2],
    ] as const) {
      const bytes = fileWith(
        `{${Array.from({ length: names }, (_, i) => `"t${i}":${entry(i, i + 1, "[1]")}`).join(",")}}`,
        names,
      );
      const watched = watch(memorySource("x", bytes));
      const file = await readSafetensors(watched.source);
      expect(file.tensors.length).toBe(names);
      expect(watched.reads.length).toBe(expected);
      expect(watched.expected.at(-1)?.[0]?.end).toBe(watched.reads.at(-1)?.end);
    }
  });
});

/** A source that remembers what it was asked. */
function watch(inner: ByteSource) {
  const reads: ByteRange[] = [];
  const expected: (readonly ByteRange[])[] = [];
  const source: ByteSource = {
    name: inner.name,
    size: inner.size,
    read: (start, end) => {
      reads.push({ start, end });
      return inner.read(start, end);
    },
    expect: (ranges) => void expected.push(ranges),
  };
  return { source, reads, expected };
}

describe("a broken file is told by code, with both numbers", () => {
  const cases: readonly [string, Uint8Array, string, readonly (string | number)[]][] = [
    ["shorter than its length field", new Uint8Array(7), "too-small", [7, 8]],
    ["empty", new Uint8Array(0), "too-small", [0, 8]],
    ["with a header over the cap", fileWith("{}", 0, 100_000_001n), "header-too-large", [100000001, MAX_HEADER_BYTES]],
    ["with a header of 2^64 - 1", fileWith("{}", 0, 2n ** 64n - 1n), "header-too-large", ["18446744073709551615"]],
    ["smaller than its header", fileWith("{}", 0, 50n), "header-truncated", [58, 10]],
    ["whose header is not UTF-8", fileWith(Uint8Array.of(0x7b, 0xff, 0x7d)), "not-utf8", [3]],
    ["with half a character", fileWith(Uint8Array.of(0x7b, 0x22, 0xe6, 0x97, 0x22, 0x7d)), "not-utf8", [6]],
    ["whose header is no JSON", fileWith("{]"), "not-json", [2]],
    ["with no header", fileWith(""), "not-json", [0]],
    ["whose header is a list", fileWith("[]"), "not-json", [2]],
    ["whose header is null", fileWith("null"), "not-json", [4]],
    ["with a byte order mark", fileWith("\ufeff{}"), "not-json", [5]],
    ["with space before its header", fileWith(" {}"), "not-json", [3]],
    [
      "with a name twice",
      fileWith(`{"a":${entry(0, 1, "[1]")},"a":${entry(0, 1, "[1]")}}`, 1),
      "duplicate-name",
      ['"a"', 2],
    ],
    [
      "with a field twice",
      fileWith(`{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1),
      "duplicate-name",
      ["dtype"],
    ],
    ["with metadata that is text", fileWith(`{"__metadata__":"pt"}`), "bad-metadata", []],
    ["with a number in its metadata", fileWith(`{"__metadata__":{"n":1}}`), "bad-metadata", ['"n"', "number"]],
    ["with an entry that is text", fileWith(`{"a":"U8"}`), "bad-entry", ['"a"']],
    ["with one offset", fileWith(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}`), "bad-entry", ['"a"']],
    [
      "with three offsets",
      fileWith(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}`, 1),
      "bad-entry",
      ['"a"'],
    ],
    ["with a negative offset", fileWith(`{"a":${entry(-1, 0, "[1]")}}`), "bad-entry", ['"a"']],
    ["with a fractional offset", fileWith(`{"a":${entry(0, 1.5, "[1]")}}`), "bad-entry", ['"a"']],
    [
      "with an offset over 2^53",
      fileWith(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,9007199254740993]}}`),
      "bad-entry",
      ['"a"'],
    ],
    ["with offsets the wrong way round", fileWith(`{"a":${entry(4, 2, "[2]")}}`, 4), "bad-entry", [4, 2]],
    ["with an unknown dtype", fileWith(`{"a":${entry(0, 1, "[1]", "F3")}}`, 1), "unknown-dtype", ['"F3"', "BF16"]],
    [
      "with a dtype of all objects",
      fileWith(`{"a":${entry(0, 1, "[1]", "toString")}}`, 1),
      "unknown-dtype",
      ['"toString"'],
    ],
    ["with no dtype", fileWith(`{"a":{"shape":[1],"data_offsets":[0,1]}}`, 1), "unknown-dtype", ["undefined"]],
    ["with a negative size", fileWith(`{"a":${entry(0, 1, "[-1]")}}`, 1), "bad-shape", [-1]],
    ["with a fractional size", fileWith(`{"a":${entry(0, 1, "[0.5]")}}`, 1), "bad-shape", [0.5]],
    ["with an infinite size", fileWith(`{"a":${entry(0, 1, "[1e999]")}}`, 1), "bad-shape", ["Infinity"]],
    ["with a shape of text", fileWith(`{"a":${entry(0, 1, '"1"')}}`, 1), "bad-shape", ['"1"']],
    ["with no shape", fileWith(`{"a":{"dtype":"U8","data_offsets":[0,1]}}`, 1), "bad-shape", ["undefined"]],
    [
      "whose sizes multiply past 2^53",
      fileWith(`{"a":${entry(0, 1, "[94906267,94906267]")}}`, 1),
      "too-large",
      ["2^53"],
    ],
    [
      "whose sizes wrap to 0 in 64 bits",
      fileWith(`{"a":${entry(0, 0, "[4294967296,4294967296]")}}`),
      "too-large",
      ["2^53"],
    ],
    [
      "whose shape holds what has its own idea of its text",
      fileWith(`{"a":${entry(0, 1, '[{"toString":1}]')}}`, 1),
      "bad-shape",
      ["toString"],
    ],
    ["whose shape needs more bytes", fileWith(`{"a":${entry(0, 4, "[3]", "F32")}}`, 4), "wrong-size", [12, 4]],
    [
      "whose tensors overlap",
      fileWith(`{"a":${entry(0, 4, "[4]")},"b":${entry(2, 6, "[4]")}}`, 6),
      "overlap",
      ['"b"', '"a"'],
    ],
    [
      "whose tensors are the same bytes",
      fileWith(`{"a":${entry(0, 4, "[4]")},"b":${entry(0, 4, "[4]")}}`, 4),
      "overlap",
      ['"b"', '"a"'],
    ],
    [
      "with a hole between tensors",
      fileWith(`{"a":${entry(0, 2, "[2]")},"b":${entry(3, 4, "[1]")}}`, 4),
      "gap",
      ['"b"', '"a"'],
    ],
    ["with a hole after the header", fileWith(`{"a":${entry(1, 2, "[1]")}}`, 2), "gap", ["the header"]],
    ["with data and no tensors", fileWith("{}", 3), "trailing-bytes", [10, 13]],
    ["with bytes after the last tensor", fileWith(`{"a":${entry(0, 1, "[1]")}}`, 2), "trailing-bytes", []],
    ["cut short", fileWith(`{"a":${entry(0, 4, "[4]")}}`, 3), "truncated", [65, 64]],
  ];

  it.each(cases)("%s", async (_, bytes, code, numbers) => {
    const error = await read(bytes).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "AwaseError", code: `safetensors/${code}`, facts: { name: "x.safetensors" } });
    const { message } = error as Error;
    expect(message.startsWith("Cannot read x.safetensors: ")).toBe(true);
    for (const number of numbers) expect(message).toContain(String(number));
  });
});

it("walks through a header of a million brackets", async () => {
  const deep = fileWith(`{"a":${"[".repeat(500_000)}${"]".repeat(500_000)}}`);
  await expect(read(deep)).rejects.toMatchObject({ code: "safetensors/header-excess" });
});

it("stops at the signal", async () => {
  const signal = AbortSignal.abort();
  await expect(readSafetensors(memorySource("x", fileWith("{}")), signal)).rejects.toMatchObject({
    name: "AbortError",
  });
});
