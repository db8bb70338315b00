import { expect, it } from "vitest";
import { mergeStanding } from "./mergeProgress";
import { type Output, ProgressLine, type Standing } from "./progressLine";

function merging(percent: number): Standing {
  const lane = { done: percent, total: 100, rate: 2e6 };
  return mergeStanding({
    type: "progress",
    fetch: lane,
    merge: lane,
    write: lane,
    tensorsDone: percent,
    tensors: 100,
    tensor: "model.norm.weight",
    eta: 12.2,
    memory: { lent: 0, held: 0, peak: 0 },
  });
}

function recording(isTTY: boolean): Output & { text: string } {
  return {
    text: "",
    isTTY,
    columns: 41,
    write(text) {
      this.text += text;
    },
  };
}

it("writes one line over and over on a terminal, cut to its width", () => {
  const output = recording(true);
  const line = new ProgressLine(output);
  line.update(merging(1));
  line.update(merging(2));
  expect(output.text.split("\r").filter(Boolean)).toEqual([
    "\u001b[K  1 %  1/100 tensors  read 2 MB/s  write",
    "\u001b[K  2 %  2/100 tensors  read 2 MB/s  write",
  ]);
});

it("writes a line for every tenth of the way into a file", () => {
  const output = recording(false);
  const line = new ProgressLine(output);
  for (let percent = 0; percent <= 100; percent += 1) line.update(merging(percent));
  const lines = output.text.trimEnd().split("\n");
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe("100 %  100/100 tensors  read 2 MB/s  write 2 MB/s  13 s left  model.norm.weight");
});

it("puts remarks on lines of their own", () => {
  const output = recording(true);
  const line = new ProgressLine(output);
  line.update(merging(1));
  line.say("The Hub asks to wait.");
  expect(output.text.endsWith("\r\u001b[KThe Hub asks to wait.\n")).toBe(true);
});
