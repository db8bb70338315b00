import { expect, it } from "vitest";
import { readPromptFile } from "./promptFile";

it("reads UTF-8, with or without its mark", async () => {
  const { name, text } = await readPromptFile(new File(["\u{feff}質問\n"], "a.txt"));
  expect([name, text]).toEqual(["a.txt", "質問\n"]);
});

it("reads the UTF-16 of Excel's Unicode text", async () => {
  const bytes = new Uint8Array(new Uint16Array([..."\u{feff}question\tanswer"].map((c) => c.charCodeAt(0))).buffer);
  expect(await readPromptFile(new File([bytes], "a.txt"))).toEqual({ name: "a.txt", text: "question\tanswer" });
});

it("refuses other encodings: they would be measured as characters nobody wrote", async () => {
  const shiftJis = new Uint8Array([0x8e, 0xbf, 0x96, 0xe2]);
  await expect(readPromptFile(new File([shiftJis], "a.csv"))).rejects.toMatchObject({
    code: "prompts/not-utf8",
    facts: { file: "a.csv" },
  });
});

it("does not read what is far too large", async () => {
  const file = new File(["a"], "model.txt");
  Object.defineProperty(file, "size", { value: 2 ** 33 });
  await expect(readPromptFile(file)).rejects.toMatchObject({
    code: "prompts/file-too-large",
    facts: { file: "model.txt", found: 2 ** 33, limit: 3 * 2 ** 24 },
  });
});
