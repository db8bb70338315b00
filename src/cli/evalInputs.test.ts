import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand } from "./command.testing";
import { evalCommand } from "./evalCommand";

/** Small models of one shape; `vocab_other` has a tokenizer of its own. */
const MODELS = join(import.meta.dirname, "../../e2e/golden/merge/models");

const folder = await mkdtemp(join(tmpdir(), "awase-inputs-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function evaluate(file: string, content: string | Uint8Array, ...args: string[]) {
  const prompts = join(folder, file);
  await writeFile(prompts, content);
  return runCommand(evalCommand, ["a", "--prompts", prompts, "--device", "wasm", "--quiet", ...args], {
    cwd: MODELS,
    cache: join(folder, "cache"),
  });
}

const PERPLEXITY = ["--measures", "perplexity"];
const perplexityOf = (stdout: string) => /^Perplexity\s+(\S+)/m.exec(stdout)?.[1];

describe("prompts that are not what they look like", () => {
  const texts = ["hello, world", "good; morning"];
  const plain = evaluate("p.txt", texts.join("\n"), ...PERPLEXITY);
  const records = texts.map((text) => ({ text }));
  const utf16 = new Uint8Array(Buffer.from(`\uFEFFtext\tanswer\r\n${texts.join("\t4\r\n")}\t5\r\n`, "utf16le"));

  it.each([
    ["a JSON array in .json", "p.json", JSON.stringify(records, null, 1)],
    ["a JSON array called .jsonl", "p.jsonl", JSON.stringify(records)],
    ["a JSON array called .txt", "p.txt", JSON.stringify(texts)],
    ["a list in an object", "w.json", JSON.stringify({ data: records })],
    [
      "JSON lines with a byte order mark, CRLF and NaN",
      "n.jsonl",
      `\uFEFF${records.map((one) => JSON.stringify(one).replace("}", ', "score": NaN}')).join("\r\n")}`,
    ],
    ["a table with semicolons", "s.csv", 'text;answer\nhello, world;4\n"good; morning";5\n'],
    ["Excel's Unicode text", "u.txt", utf16],
    [
      "content in parts",
      "c.jsonl",
      texts
        .map((text) => JSON.stringify({ messages: [{ role: "user", content: [{ type: "text", text }] }] }))
        .join("\n"),
    ],
    [
      "ShareGPT's conversations",
      "g.json",
      JSON.stringify(texts.map((value) => ({ conversations: [{ from: "human", value }] }))),
    ],
  ])("are read for what they are: %s", async (_, file, content) => {
    const { code, stdout, stderr } = await evaluate(file, content, ...PERPLEXITY);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(perplexityOf(stdout)).toBe(perplexityOf((await plain).stdout));
  });

  it.each([
    [
      "a JSON array that breaks off",
      "p.json",
      '[{"text": "hello"},\n{"text": "wor',
      "p.json:2: warning: This begins as a list",
    ],
    ["an image", "i.jsonl", '{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}', '"image_url"'],
    ["null", "n.jsonl", '{"messages": [{"role": "user", "content": null}]}', "is null"],
    ["empty texts", "e.csv", 'text;answer\n;4\n"";5', "its text is empty"],
  ])("are refused with a sentence: %s", async (_, file, content, said) => {
    const { code, stdout, stderr } = await evaluate(file, content, ...PERPLEXITY);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr.match(/warning/g)).toHaveLength(1);
  });

  it("say one sentence for a fault of many lines, with how many and the first", async () => {
    const lines = Array.from({ length: 50 }, (_, at) => JSON.stringify({ body: at }));
    const { code, stderr } = await evaluate("m.jsonl", [...lines, '{"text": "hello"}'].join("\n"), ...PERPLEXITY);
    expect(code).toBe(0);
    expect(stderr.trim().split("\n")).toEqual([expect.stringContaining("(50 times: lines 1, 2, 3, 4, 5, …)")]);
  });
});

describe("a base with other tokens", () => {
  const base = ["--base", "vocab_other"];

  it("is named, and the rest is measured", async () => {
    const { code, stdout, stderr } = await evaluate("o.txt", "hello, world\ngood morning", ...base);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: vocab_other cuts 2 of 2 prompts into other tokens than a,/);
    expect(stdout).toMatch(/^Perplexity\s+\d/m);
    expect(stdout).not.toMatch(/KL|Relative/);
  });

  it("is refused where nothing but the divergence from it is asked for", async () => {
    const { code, stdout, stderr } = await evaluate("o.txt", "hello, world", ...base, "--measures", "divergence");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("eval/other-tokens");
  });
});

it("one prompt has no error, and none is shown", async () => {
  const { code, stdout } = await evaluate("one.txt", "hello", "--base", "b", "--positions", "last");
  expect(code).toBe(0);
  expect(stdout).toContain("Symmetric KL");
  expect(stdout).toContain("Same top p");
  expect(stdout).not.toMatch(/NaN|±|Infinity/);
});
