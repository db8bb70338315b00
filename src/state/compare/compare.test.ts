import { describe, expect, it } from "vitest";
import type { EngineClient } from "../../engine/boundary/client";
import type { AnswerRequest } from "../../engine/protocol/evalProtocol";
import { answered, goodPlan, goodReport } from "../engine.testing";
import { begin, testStudio } from "../studio.testing";
import { blindName, blindOrder } from "./blind";
import { chosenSpeakers, isAnswered, MERGE, possibleSpeakers, TIE, tally } from "./compare";
import { toJsonLines, toMarkdown } from "./compareExport";

async function visit(engine: Partial<EngineClient> = {}) {
  const studio = testStudio(engine);
  await begin(studio);
  const { recipe } = studio.getState();
  const plan = { ...goodPlan, models: ["llama-base", "llama-ja"] };
  studio.setState({ report: { ...goodReport, plan }, reportedText: recipe.present });
  return studio;
}

describe("speakers", () => {
  it("are the base, the parents and the merge; other models can be chosen", async () => {
    const studio = await visit();
    expect(possibleSpeakers(studio.getState()).map(({ id, role }) => [id, role])).toEqual([
      ["llama-base", "base"],
      ["llama-ja", "parent"],
      [MERGE, "merge"],
      ["llama-math", "parent"],
    ]);
    expect(chosenSpeakers(studio.getState()).map(({ id }) => id)).toEqual(["llama-base", "llama-ja", MERGE]);
    studio.getState().chooseSpeaker("llama-math", true);
    studio.getState().chooseSpeaker("llama-base", false);
    expect(chosenSpeakers(studio.getState()).map(({ id }) => id)).toEqual(["llama-ja", MERGE, "llama-math"]);
  });

  it("do not have a merge that cannot be made", async () => {
    const studio = await visit();
    studio.getState().editRecipe("nonsense");
    expect(possibleSpeakers(studio.getState()).some(({ id }) => id === MERGE)).toBe(false);
  });
});

describe("asking", () => {
  it("gives every prompt to everybody, the merge unwritten, and shows answers as they grow", async () => {
    const requests: AnswerRequest[] = [];
    const seen: string[] = [];
    const studio = await visit({
      answer: async (request, watch) => {
        requests.push(request);
        for (const text of ["Y", "Ye"]) {
          watch?.onEvent?.(text);
          const reply = studio
            .getState()
            .questions.flatMap(({ replies }) => replies)
            .find(({ status }) => status === "writing");
          seen.push(reply?.text ?? "");
        }
        return { ...answered, text: "Yes.", input: request.prompt };
      },
    });
    await studio.getState().ask([{ text: "One?" }, { text: "Two?", answer: "2" }]);
    expect(requests.map(({ prompt, subject }) => [prompt, subject.kind === "model" ? subject.key : MERGE])).toEqual(
      ["One?", "Two?"].flatMap((prompt) => ["llama-base", "llama-ja", MERGE].map((speaker) => [prompt, speaker])),
    );
    expect(requests[0]).toMatchObject({ temperature: 0, topP: 1, chat: true });
    expect(seen.slice(0, 2)).toEqual(["Y", "Ye"]);
    expect(studio.getState().questions.map(({ expected }) => expected)).toEqual([undefined, "2"]);
    expect(studio.getState().questions[0]?.replies).toMatchObject([{ status: "done", text: "Yes." }, {}, {}]);
  });

  it("samples with the seed that was set", async () => {
    const requests: AnswerRequest[] = [];
    const studio = await visit({
      answer: async (request) => {
        requests.push(request);
        return answered;
      },
    });
    studio.getState().changeAnswers({ sampling: "sampled", temperature: 1.2, topP: 0.5, seed: 9 });
    await studio.getState().ask([{ text: "?" }]);
    expect(requests[0]).toMatchObject({ temperature: 1.2, topP: 0.5, seed: 9 });
  });

  it("stops in the middle, and keeps what was said", async () => {
    const studio = await visit({
      answer: (_request, watch) => {
        watch?.onEvent?.("So far");
        return new Promise((_, reject) =>
          watch?.signal?.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError"))),
        );
      },
    });
    const asking = studio.getState().ask([{ text: "?" }]);
    studio.getState().stopAsking();
    await asking;
    expect(studio.getState().asking).toBe(false);
    expect(studio.getState().questions[0]?.replies).toMatchObject([
      { status: "stopped", text: "So far" },
      { status: "stopped", text: "" },
      { status: "stopped" },
    ]);
    expect(studio.getState().questions.map(isAnswered)).toEqual([false]); // nothing to vote on
  });

  it("goes on with the others when one cannot answer", async () => {
    const studio = await visit({
      answer: async ({ subject }) => {
        if (subject.kind === "model" && subject.key === "llama-ja") throw new Error("no tokenizer");
        return answered;
      },
    });
    await studio.getState().ask([{ text: "?" }]);
    expect(studio.getState().questions[0]?.replies.map(({ status }) => status)).toEqual(["done", "failed", "done"]);
  });
});

describe("blind voting", () => {
  it("orders by the seed and the prompt, every order somewhere", () => {
    expect(blindOrder(3, 1, "a")).toEqual(blindOrder(3, 1, "a"));
    const orders = new Set(Array.from({ length: 100 }, (_, seed) => blindOrder(3, seed, "a").join("")));
    expect(orders.size).toBe(6);
    expect(blindOrder(1, 1, "a")).toEqual([0]);
    expect([0, 1, 2].map(blindName)).toEqual(["A", "B", "C"]);
  });

  it("asks hidden models in the order they stand in", async () => {
    const asked: string[] = [];
    const studio = await visit({
      answer: async ({ subject }) => {
        asked.push(subject.kind === "model" ? subject.key : MERGE);
        return answered;
      },
    });
    studio.getState().setBlind(true);
    studio.getState().changeAnswers({ seed: 3 });
    await studio.getState().ask([{ text: "?" }]);
    const question = studio.getState().questions[0];
    expect(asked).toEqual(question?.order.map((place) => question.replies[place]?.id));
  });

  it("counts votes and ties", async () => {
    const studio = await visit();
    await studio.getState().ask(["a", "b", "c"].map((text) => ({ text })));
    const [a, b, c] = studio.getState().questions;
    studio.getState().vote(a?.id ?? "", MERGE);
    studio.getState().vote(b?.id ?? "", MERGE);
    studio.getState().vote(c?.id ?? "", "llama-ja");
    studio.getState().vote(c?.id ?? "", TIE);
    expect(tally(studio.getState().questions)).toEqual([
      { speaker: MERGE, votes: 2 },
      { speaker: TIE, votes: 1 },
    ]);
  });
});

describe("exports", () => {
  it("hold a line per answer, with all that is needed to get it again", async () => {
    const studio = await visit();
    await studio.getState().ask([{ text: "One?", answer: "1" }]);
    studio.getState().vote(studio.getState().questions[0]?.id ?? "", MERGE);
    const lines = toJsonLines(studio.getState().questions)
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatchObject({
      prompt: "One?",
      expected: "1",
      model: MERGE,
      role: "merge",
      recipe: studio.getState().recipe.present,
      answer: "Yes.",
      ended: "stop",
      stop_token: "</s>",
      sampling: "greedy",
      vote: "best",
    });
    expect(lines[0]).toMatchObject({ model: "llama-base", role: "base", vote: "other" });
    expect(lines[0]).not.toHaveProperty("recipe");
  });

  it("cannot be broken out of by an answer", async () => {
    const studio = await visit({ answer: async () => ({ ...answered, text: "```\n# not a title" }) });
    await studio.getState().ask([{ text: "?" }]);
    const text = toMarkdown(studio.getState().questions);
    expect(text).toContain("````\n```\n# not a title\n````");
    expect(text).toContain("# Recipe");
  });
});
