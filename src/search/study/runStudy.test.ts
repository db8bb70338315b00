import { describe, expect, it } from "vitest";
import { Random } from "../numbers/random";
import { SAMPLERS } from "../samplers/registry";
import type { SearchedRecipe } from "../space/searched";
import type { Point, Space } from "../space/space";
import { finish, remarksOn } from "./finish";
import { parseStudy } from "./parseStudy";
import { type Begun, type Candidate, type StudyRun, type StudyStore, search } from "./runStudy";
import type { Split, Study } from "./study";
import type { Scored, Trial } from "./trial";

const SPACE: Space = [
  { kind: "float", name: "x", low: 0, high: 1, log: false },
  { kind: "float", name: "y", low: 0, high: 1, log: false },
];
const SEARCHED: SearchedRecipe = {
  space: SPACE,
  inRecipe: (point, parameter) => point[parameter] ?? undefined,
  text: (point) => JSON.stringify(point),
  plan: () => ({ problems: [] }),
};

function studyOf(sampler: string, more = ""): Study {
  const { study, problems } = parseStudy(
    `recipe: r.yaml\nobjectives: [{measure: exact-match, prompts: p.jsonl}]\nsampler: ${sampler}\ntrials: 40\nseed: 3\n${more}`,
  );
  if (!study) throw new Error(problems.map(({ message }) => message).join());
  return study;
}

/** A folder in memory: what was kept stays when a run ends, however it ends. Everything goes through JSON. */
class Kept implements StudyStore {
  trials: Trial[] = [];
  round: Begun["round"];
  checks = new Map<string, Scored>();
  async load(): Promise<Begun> {
    const copy = JSON.parse(
      JSON.stringify({ trials: this.trials, checks: [...this.checks], round: this.round ?? null }),
    );
    return { trials: copy.trials, checks: new Map(copy.checks), ...(copy.round && { round: copy.round }) };
  }
  async keepTrial(trial: Trial) {
    this.trials.push(trial);
  }
  async keepRound(round: NonNullable<Begun["round"]>) {
    this.round = round;
  }
  async keepCheck(name: string, scored: Scored) {
    this.checks.set(name, scored);
  }
}

/** Best at (0.7, 0.3); each prompt is right where the point is near enough to it. */
function scoreOf(candidate: Candidate, split: Split): Scored {
  const [x = 0, y = 0] = candidate.kind === "point" ? candidate.point : [0, 0];
  const away = Math.hypot(Number(x) - 0.7, Number(y) - 0.3);
  const offset = { search: 0, validation: 0.01, test: 0.02 }[split];
  const each = Array.from({ length: 40 }, (_, k) => Number(away + offset < (k + 1) / 50));
  const value = each.reduce((sum, right) => sum + right, 0) / each.length;
  const base = { constraints: [], seconds: 0, modelSeconds: 0 };
  if (Number(x) > 0.95) return { ...base, state: "failed", values: {}, reason: "too far" };
  return { ...base, state: "complete", values: { "exact-match p": { value, each, error: 0.05 } }, tie: away };
}

interface Options extends Partial<StudyRun> {
  readonly kept?: Kept;
}

function runOf(study: Study, { kept = new Kept(), ...more }: Options = {}): StudyRun {
  return {
    study,
    searched: SEARCHED,
    anchors: [
      { name: "a alone", point: [1, 0] },
      { name: "uniform", point: [0.5, 0.5] },
    ],
    store: kept,
    workers: 1,
    measure: async (candidate, split) => scoreOf(candidate, split),
    signal: new AbortController().signal,
    ...more,
  };
}

const pointsOf = (trials: readonly Trial[]) => trials.map(({ number, kind, point }) => ({ number, kind, point }));

describe.each(SAMPLERS.map(({ id }) => id))("a study with %s", (id) => {
  const study = studyOf(id);

  it("killed at random ten times and begun again tries the same as an undisturbed one", async () => {
    const undisturbed = await search(runOf(study));
    const random = Random.of(17);
    const kept = new Kept();
    let kills = 0;
    let left = 0;
    let measured = 0;
    for (;;) {
      left = 1 + random.below(3);
      const dying = kills < 10;
      const measure: StudyRun["measure"] = async (candidate, split) => {
        if (dying && left-- === 0) throw new Error("killed");
        measured++;
        return scoreOf(candidate, split);
      };
      try {
        const { trials } = await search(runOf(study, { kept, measure }));
        expect(pointsOf(trials)).toEqual(pointsOf(undisturbed.trials));
        break;
      } catch (error) {
        expect(String(error)).toContain("killed");
        kills++;
      }
    }
    expect(kills).toBe(10);
    expect(measured).toBe(undisturbed.trials.length); // nothing was measured twice
  });

  it("tries the same with three candidates at a time, in whatever order they are done", async () => {
    const one = await search(runOf(study));
    const random = Random.of(23);
    const three = await search(
      runOf(study, {
        workers: 3,
        measure: async (candidate, split) => {
          for (let turns = random.below(5); turns > 0; turns--) await Promise.resolve();
          return scoreOf(candidate, split);
        },
      }),
    );
    expect(pointsOf(three.trials)).toEqual(pointsOf(one.trials));
  });

  it("that was to be short goes on to be long with the same trials", async () => {
    const long = await search(runOf(study));
    const kept = new Kept();
    await finish(runOf(study, { kept, until: 13 }), await search(runOf(study, { kept, until: 13 })), []);
    const both = await search(runOf(study, { kept }));
    expect(pointsOf(both.trials)).toEqual(pointsOf(long.trials));
  });
});

describe("a study", () => {
  it("tries anchors first, by their names", async () => {
    const { trials } = await search(runOf(studyOf("tpe")));
    expect(trials.slice(0, 2).map(({ kind, name }) => [kind, name])).toEqual([
      ["anchor", "a alone"],
      ["anchor", "uniform"],
    ]);
    expect(trials[0]).toMatchObject({ state: "failed", reason: "too far" });
    expect(trials[5]?.params).toEqual({ x: trials[5]?.point[0], y: trials[5]?.point[1] });
  });

  it("will not go on from trials that are not its own", async () => {
    const kept = new Kept();
    await search(runOf(studyOf("tpe"), { kept, until: 5 }));
    kept.trials = kept.trials.map((trial) => (trial.number === 4 ? { ...trial, point: [0.1, 0.1] } : trial));
    await expect(search(runOf(studyOf("tpe"), { kept }))).rejects.toMatchObject({
      code: "study/diverged",
      facts: { trial: 4 },
    });
  });

  it("ends with the point that other prompts confirm, and tells it from the anchors", async () => {
    const run = runOf(studyOf("cma-es"));
    const result = await finish(run, await search(run), ["a"]);
    const [x, y] = result.best.point as [number, number];
    expect(Math.hypot(x - 0.7, y - 0.3)).toBeLessThan(0.15);
    expect(result.validation.length).toBeGreaterThan(1);
    expect(result.test?.others.map(({ name }) => name)).toEqual(["a alone", "uniform", "a"]);
    const [, uniform, parent] = result.test?.comparisons ?? [];
    expect(uniform?.objectives["exact-match p"]?.verdict).toBe("better");
    expect(parent?.objectives["exact-match p"]?.verdict).toBe("better");
  });

  it("that finds nothing within its limits says why", async () => {
    const run = runOf(studyOf("random"), {
      measure: async (candidate, split) => ({ ...scoreOf(candidate, split), state: "failed", reason: "no luck" }),
    });
    await expect(finish(run, await search(run), [])).rejects.toMatchObject({
      code: "study/nothing-found",
      facts: { trials: 40, reason: "no luck" },
    });
  });

  it("says that a measure is too coarse to see anything, and that ranges are too wide", async () => {
    const flat = runOf(studyOf("random"), {
      measure: async (candidate) => ({
        ...scoreOf(candidate, "search"),
        state: "complete",
        values: { "exact-match p": { value: 0, each: [], error: null } },
      }),
    });
    expect(remarksOn(flat, await search(flat)).join()).toContain("all got the same");
    const wide = runOf(studyOf("random"), {
      measure: async (candidate) => {
        const [x = 0] = (candidate as { point: Point }).point;
        return Number(x) > 0.4
          ? { ...scoreOf(candidate, "search"), state: "pruned", constraints: [{ name: "cap", value: 9, excess: 1 }] }
          : scoreOf(candidate, "search");
      },
    });
    expect(remarksOn(wide, await search(wide)).join()).toContain("ranges are too wide");
  });

  it("is cancelled between two candidates and keeps what it has", async () => {
    const kept = new Kept();
    const stop = new AbortController();
    const measure: StudyRun["measure"] = async (candidate, split) => {
      if (kept.trials.length === 6) stop.abort();
      return scoreOf(candidate, split);
    };
    await expect(search(runOf(studyOf("tpe"), { kept, measure, signal: stop.signal }))).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(kept.trials).toHaveLength(7);
  });
});
