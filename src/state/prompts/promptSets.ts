import { latest } from "../../base/latest";
import type { SetCost } from "../../engine/protocol/evalProtocol";
import type { PromptProblem } from "../../eval/prompts/parsePrompts";
import type { PromptSet } from "../../eval/types";
import type { ModelsSlice } from "../models/models";
import { baseOf, type PlanSlice } from "../recipe/plan";
import type { RecipeSlice } from "../recipe/recipe";
import type { SessionStore } from "../sessionStore";
import type { SettingsSlice } from "../settings";
import type { Slice, StudioTools } from "../slice";

/** A set of prompts in the list. */
export interface KnownSet {
  readonly set: PromptSet;
  readonly origin: "bundled" | "own";
  /** Lines of the source that could not be used. */
  readonly problems: readonly PromptProblem[];
  /** Public benchmark whose test split it looks like. */
  readonly benchmark?: string;
}

export interface PromptSetsSlice {
  /** Bundled ones first, then those that were added, oldest first. */
  readonly promptSets: readonly KnownSet[];
  /** What each costs with the recipe's base, by id. */
  readonly setCosts: Readonly<Record<string, SetCost>>;
  /** Brings the bundled sets, and those of an earlier visit. */
  loadPromptSets(): Promise<void>;
  /** Calls the bundled sets by their names in the language of the page. */
  nameBundledSets(): Promise<void>;
  /** Reads prompts out of a text that was pasted, or of a file, and puts them into the list. Gives the new set. */
  addPrompts(source: { readonly name: string; readonly text: string }): Promise<KnownSet>;
  removePromptSet(id: string): void;
  /** Says what a set is for: decisions, or checking them. */
  setSplit(id: string, split: PromptSet["split"]): void;
  /** Makes two of one set: one to decide with, one to check with. */
  dividePromptSet(id: string): Promise<void>;
  /** Counts tokens and time with the tokenizer of the recipe's base. */
  refreshCosts(): Promise<void>;
}

const PROMPTS_VERSION = 1;

export function createPromptSetsSlice({
  engine,
  promptStore,
}: StudioTools): Slice<PromptSetsSlice, RecipeSlice & ModelsSlice & PlanSlice & SettingsSlice> {
  return (set, get) => {
    const keep = (promptSets: readonly KnownSet[]) => {
      set({ promptSets });
      const own = promptSets.filter(({ origin }) => origin === "own");
      // A browser that refuses to store loses them at a reload, and nothing else.
      void promptStore.set({ version: PROMPTS_VERSION, sets: own }).catch(() => undefined);
    };
    const replaced = (id: string, by: readonly KnownSet[] = []) =>
      get().promptSets.flatMap((known) => (known.set.id === id ? by : [known]));
    const counting = latest();

    return {
      promptSets: [],
      setCosts: {},
      async loadPromptSets() {
        const [{ bundledSets }, own] = await Promise.all([
          import("../../eval/prompts/bundled"),
          readOwnSets(promptStore),
        ]);
        const bundled = bundledSets(get().language).map(
          (one): KnownSet => ({ set: one, origin: "bundled", problems: [] }),
        );
        set({ promptSets: [...bundled, ...own] });
      },
      async nameBundledSets() {
        const { bundledSets } = await import("../../eval/prompts/bundled");
        const names = new Map(bundledSets(get().language).map(({ id, name }) => [id, name]));
        const named = ({ set: one, ...known }: KnownSet): KnownSet => ({
          ...known,
          set: { ...one, name: names.get(one.id) ?? one.name },
        });
        set({ promptSets: get().promptSets.map(named) });
      },
      async addPrompts({ name, text }) {
        const [{ parsePrompts }, { likelyBenchmark }] = await Promise.all([
          import("../../eval/prompts/parsePrompts"),
          import("../../eval/prompts/benchmarks"),
        ]);
        const { prompts, problems, fields } = parsePrompts(text);
        const alike = likelyBenchmark({ name, prompts }, fields);
        const known: KnownSet = {
          set: { id: crypto.randomUUID(), name: freeName(name, get().promptSets), split: "search", prompts },
          origin: "own",
          problems,
          ...(alike && { benchmark: alike.benchmark }),
        };
        keep([...get().promptSets, known]);
        return known;
      },
      removePromptSet(id) {
        keep(replaced(id));
      },
      setSplit(id, split) {
        keep(
          get().promptSets.map((known) => (known.set.id === id ? { ...known, set: { ...known.set, split } } : known)),
        );
      },
      async dividePromptSet(id) {
        const known = get().promptSets.find((one) => one.set.id === id);
        if (!known) return;
        const { splitPrompts } = await import("../../eval/prompts/split");
        const { search, heldOut } = splitPrompts(known.set.prompts);
        const half = (split: PromptSet["split"], prompts: PromptSet["prompts"], suffix: string): KnownSet => ({
          set: {
            id: crypto.randomUUID(),
            name: freeName(`${known.set.name} ${suffix}`, get().promptSets),
            split,
            prompts,
          },
          origin: "own",
          problems: [],
          ...(known.benchmark !== undefined && { benchmark: known.benchmark }),
        });
        const halves = [half("search", search, "1"), half("held-out", heldOut, "2")];
        keep(known.origin === "own" ? replaced(id, halves) : [...get().promptSets, ...halves]);
      },
      async refreshCosts() {
        const turn = counting.begin();
        const { promptSets, report } = get();
        const key = baseOf(get());
        if (key === undefined || !report?.plan) return;
        const costs = await engine.costs(
          { kind: "model", key },
          promptSets.map((known) => known.set),
        );
        if (turn.newest) set({ setCosts: Object.fromEntries(costs.map((cost) => [cost.set, cost])) });
      },
    };
  };
}

/** The name, numbered when there is one like it. */
function freeName(name: string, sets: readonly KnownSet[]): string {
  const taken = new Set(sets.map(({ set }) => set.name));
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name} ${number}`;
    if (!taken.has(free)) return free;
  }
}

async function readOwnSets(store: SessionStore): Promise<readonly KnownSet[]> {
  const stored = await store.get().catch(() => undefined);
  if (typeof stored !== "object" || stored === null || !("version" in stored) || !("sets" in stored)) return [];
  return stored.version === PROMPTS_VERSION && Array.isArray(stored.sets) ? stored.sets : [];
}
