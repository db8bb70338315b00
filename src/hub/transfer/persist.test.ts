import { expect, it } from "vitest";
import type { HubNote } from "../types";
import { openLine } from "./line";
import { persist } from "./persist";

it("slows down once, and says so once, when all requests under way are turned down", async () => {
  let [now, asked] = [0, 0];
  const notes: HubNote[] = [];
  const line = openLine({
    hubUrl: "https://hub.test",
    fetch: async () => new Response(null, { status: asked++ < 4 ? 429 : 200 }),
    clock: {
      now: () => now,
      sleep: async (ms) => {
        const until = now + ms;
        await new Promise((resolve) => setTimeout(resolve));
        now = Math.max(now, until);
      },
    },
    stallMs: 1000,
    onNote: (note) => notes.push(note),
  });
  const exchange = {
    url: new URL("https://hub.test/f"),
    request: () => ({}),
    take: async ({ status }: Response) => status,
  };
  const answers = await Promise.all([1, 2, 3, 4].map(() => persist(line, exchange)));
  expect(answers).toEqual([200, 200, 200, 200]);
  expect(notes.map(({ code, facts }) => [code, facts.seconds])).toEqual([["hub/waiting", 15]]);

  let [running, most] = [0, 0];
  const task = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
  };
  await Promise.all([1, 2, 3, 4].map(() => line.lanes.data.run(task)));
  expect(most).toBe(2);
});
