import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edit, historyOf, mark, redo, undo } from "./history";

describe("history", () => {
  it("makes one step of a drag, whatever its ticks", () => {
    let history = historyOf("weight: 0.5");
    for (const tick of [0.51, 0.55, 0.6, 0.62]) history = edit(history, `weight: ${tick}`);
    history = mark(history);
    expect(undo(history).present).toBe("weight: 0.5");
  });

  it("starts a new step after a mark", () => {
    const history = edit(mark(edit(historyOf("a"), "b")), "c");
    expect(undo(history).present).toBe("b");
    expect(undo(undo(history)).present).toBe("a");
  });

  it("leaves no step behind for a drag that came back", () => {
    expect(mark(edit(edit(historyOf("a"), "b"), "a")).past).toEqual([]);
  });

  it("forgets the undone future at the next edit", () => {
    const history = edit(undo(edit(historyOf("a"), "b")), "c");
    expect(history.future).toEqual([]);
    expect(redo(history).present).toBe("c");
  });

  it("stays put at either end", () => {
    expect(undo(historyOf("a")).present).toBe("a");
    expect(redo(historyOf("a")).present).toBe("a");
  });

  it("walks back and forth over any sequence of steps", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 50 }), (texts) => {
        const distinct = texts.filter((text, index) => index === 0 || text !== texts[index - 1]);
        const [first = "", ...rest] = distinct;
        let history = rest.reduce((sofar, text) => mark(edit(sofar, text)), historyOf(first));
        for (const text of [...distinct].reverse().slice(1)) {
          history = undo(history);
          expect(history.present).toBe(text);
        }
        for (const text of rest) {
          history = redo(history);
          expect(history.present).toBe(text);
        }
      }),
    );
  });

  it("keeps a bounded number of steps", () => {
    let history = historyOf("0");
    for (let step = 1; step <= 500; step++) history = mark(edit(history, String(step)));
    expect(history.past.length).toBe(200);
    expect(undo(history).present).toBe("499");
  });
});
