import { expect, it } from "vitest";
import { decodeText } from "./text";

const text = "\uFEFF質問;答え\r\n😀";
const utf16 = (littleEndian: boolean) => {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), littleEndian);
  return new Uint8Array(view.buffer);
};

it("reads UTF-8, and UTF-16 as Excel's Unicode text and PowerShell write it", () => {
  expect(decodeText(new TextEncoder().encode(text))).toBe(text);
  expect(decodeText(utf16(true))).toBe(text);
  expect(decodeText(utf16(false))).toBe(text);
  expect(decodeText(new Uint8Array())).toBe("");
});

it("takes nothing for text that is in another encoding", () => {
  expect(decodeText(new Uint8Array([0x93, 0xfa, 0x96, 0x7b]))).toBeUndefined(); // 日本 in Shift_JIS
  expect(decodeText(new Uint8Array([0xff, 0xfe, 0x00]))).toBeUndefined(); // half a character
});
