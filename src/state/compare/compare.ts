import { isAbort } from "../../base/errors";
import { latest } from "../../base/latest";
import type { Answer, Subject } from "../../engine/protocol/evalProtocol";
import { type Failure, failureOf } from "../failure";
import { type ModelsSlice, readyModels } from "../models/models";
import { baseOf, canMerge, type PlanSlice } from "../recipe/plan";
import { type RecipeSlice, seedOf } from "../recipe/recipe";
import type { Slice, StudioTools } from "../slice";
import { blindOrder } from "./blind";

/** How the models answer. Kept from visit to visit. */
export interface AnswerSettings {
  readonly sampling: "greedy" | "sampled";
  readonly temperature: number;
  readonly topP: number;
  /** Of sampling, and of the order in which hidden answers stand. */
  readonly seed: number;
  readonly maxTokens: number;
  readonly chat: boolean;
}

/** Somebody who answers. */
export interface Speaker {
  /** Key of a model; `MERGE` for the recipe as it stands. */
  readonly id: string;
  readonly role: "base" | "parent" | "merge";
}

export interface Reply extends Speaker {
  readonly status: "waiting" | "writing" | "done" | "stopped" | "failed";
  /** The answer so far. */
  readonly text: string;
  readonly answer?: Answer;
  readonly failure?: Failure;
}

/** A prompt and everybody's answer to it. */
export interface Question {
  readonly id: string;
  /** Milliseconds; the same for all that were asked together. */
  readonly asked: number;
  readonly prompt: string;
  /** The right answer, where the prompt has one. */
  readonly expected?: string;
  /** What the merge was. */
  readonly recipe: string;
  readonly settings: AnswerSettings;
  readonly replies: readonly Reply[];
  /** Order of the replies on the screen while names are hidden. */
  readonly order: readonly number[];
  /** The best reply's speaker, or nobody in particular. */
  readonly vote?: string | typeof TIE;
}

export interface CompareSlice {
  /** Newest batch first. */
  readonly questions: readonly Question[];
  readonly asking: boolean;
  readonly blind: boolean;
  readonly answerSettings: AnswerSettings;
  /** Ids of the speakers; undefined: base, parents and merge of the recipe. */
  readonly speakers: readonly string[] | undefined;
  changeAnswers(change: Partial<AnswerSettings>): void;
  chooseSpeaker(id: string, on: boolean): void;
  /** Asks everybody everything, one answer at a time. Settles when all is answered, or stopped. */
  ask(prompts: readonly { readonly text: string; readonly answer?: string }[]): Promise<void>;
  stopAsking(): void;
  setBlind(blind: boolean): void;
  vote(question: string, speaker: string): void;
  clearQuestions(): void;
}

export const MERGE = "merge";
export const TIE = "=";

/** Questions kept on the board. */
const MAX_QUESTIONS = 200;

export function createCompareSlice({
  engine,
}: StudioTools): Slice<CompareSlice, ModelsSlice & RecipeSlice & PlanSlice> {
  return (set, get) => {
    const current = latest();

    const change = (question: string, speaker: string, update: Partial<Reply>) =>
      set(({ questions }) => ({
        questions: questions.map((known) =>
          known.id === question
            ? {
                ...known,
                replies: known.replies.map((reply) => (reply.id === speaker ? { ...reply, ...update } : reply)),
              }
            : known,
        ),
      }));

    async function reply(question: Question, speaker: string, subject: Subject, signal: AbortSignal): Promise<void> {
      const { settings, prompt } = question;
      change(question.id, speaker, { status: "writing" });
      try {
        const answer = await engine.answer(
          {
            subject,
            prompt,
            chat: settings.chat,
            maxTokens: settings.maxTokens,
            temperature: settings.sampling === "greedy" ? 0 : settings.temperature,
            topP: settings.sampling === "greedy" ? 1 : settings.topP,
            seed: settings.seed,
          },
          { signal, onEvent: (text) => change(question.id, speaker, { text }) },
        );
        change(question.id, speaker, { status: "done", text: answer.text, answer });
      } catch (error) {
        if (isAbort(error)) throw error;
        change(question.id, speaker, { status: "failed", failure: failureOf(error) });
      }
    }

    return {
      questions: [],
      asking: false,
      blind: false,
      answerSettings: { sampling: "greedy", temperature: 0.8, topP: 0.95, seed: 1, maxTokens: 64, chat: true },
      speakers: undefined,
      changeAnswers: (update) => set(({ answerSettings }) => ({ answerSettings: { ...answerSettings, ...update } })),
      chooseSpeaker(id, on) {
        const state = get();
        const chosen = new Set(chosenSpeakers(state).map((speaker) => speaker.id));
        if (on) chosen.add(id);
        else chosen.delete(id);
        set({ speakers: possibleSpeakers(state).flatMap((speaker) => (chosen.has(speaker.id) ? [speaker.id] : [])) });
      },
      async ask(prompts) {
        const state = get();
        const speakers = chosenSpeakers(state);
        if (state.asking || speakers.length === 0) return;
        const recipe = state.recipe.present;
        const asked = Date.now();
        const batch = prompts.map(
          ({ text, answer }): Question => ({
            id: crypto.randomUUID(),
            asked,
            prompt: text,
            ...(answer !== undefined && { expected: answer }),
            recipe,
            settings: state.answerSettings,
            replies: speakers.map((speaker) => ({ ...speaker, status: "waiting", text: "" })),
            order: blindOrder(speakers.length, state.answerSettings.seed, text),
          }),
        );
        const { signal } = current.begin();
        set(({ questions }) => ({ asking: true, questions: [...batch, ...questions].slice(0, MAX_QUESTIONS) }));
        try {
          for (const question of batch) {
            // Hidden answers come in the order they stand in: when one comes would tell whose it is.
            const turns = get().blind ? question.order.flatMap((place) => speakers[place] ?? []) : speakers;
            for (const { id } of turns) {
              signal.throwIfAborted();
              const subject: Subject =
                id === MERGE ? { kind: "recipe", recipe, seed: seedOf(recipe) } : { kind: "model", key: id };
              await reply(question, id, subject, signal);
            }
          }
        } catch (error) {
          if (!isAbort(error)) throw error;
        } finally {
          set(({ questions }) => ({ asking: false, questions: questions.map(stopped) }));
        }
      },
      stopAsking: () => current.stop(),
      setBlind: (blind) => set({ blind }),
      vote: (id, speaker) =>
        set(({ questions }) => ({
          questions: questions.map((question) => (question.id === id ? { ...question, vote: speaker } : question)),
        })),
      clearQuestions: () => set(({ questions, asking }) => (asking ? { questions } : { questions: [] })),
    };
  };
}

/** What nobody will answer any more. */
function stopped(question: Question): Question {
  if (question.replies.every(isOver)) return question;
  return {
    ...question,
    replies: question.replies.map((reply) => (isOver(reply) ? reply : { ...reply, status: "stopped" })),
  };
}

function isOver({ status }: Reply): boolean {
  return status !== "waiting" && status !== "writing";
}

/** Whether every reply to a question is there, or never will be; one that was stopped leaves nothing to vote on. */
export function isAnswered({ replies }: Question): boolean {
  return replies.every(({ status }) => status === "done" || status === "failed");
}

type Speaking = Pick<
  ModelsSlice & RecipeSlice & PlanSlice & CompareSlice,
  "models" | "recipe" | "report" | "reportedText" | "speakers"
>;

/** Everybody who can answer: the base, the other models of the recipe, the merge, then whoever else is loaded. */
export function possibleSpeakers(state: Omit<Speaking, "speakers">): Speaker[] {
  const keys = readyModels(state.models).flatMap(({ key, adapter }) => (adapter ? [] : [key]));
  const base = baseOf(state);
  const named = state.report?.plan?.models ?? [];
  const rank = (key: string) => (key === base ? 0 : named.includes(key) ? 1 : 3);
  const models = keys.map((id): Speaker => ({ id, role: id === base ? "base" : "parent" }));
  return [
    ...models.filter(({ id }) => rank(id) < 2).sort((a, b) => rank(a.id) - rank(b.id)),
    ...(canMerge(state) ? [{ id: MERGE, role: "merge" } as const] : []),
    ...models.filter(({ id }) => rank(id) === 3),
  ];
}

/** Those who will answer the next question. */
export function chosenSpeakers(state: Speaking): Speaker[] {
  const possible = possibleSpeakers(state);
  const { speakers, report } = state;
  if (speakers) return possible.filter(({ id }) => speakers.includes(id));
  const named = report?.plan?.models ?? [];
  return possible.filter(({ id, role }) => role !== "parent" || named.includes(id));
}

/** Votes by speaker, most first; `TIE` counts where nobody was best. */
export function tally(questions: readonly Question[]): { readonly speaker: string; readonly votes: number }[] {
  const votes = new Map<string, number>();
  for (const { vote } of questions) if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  return [...votes].map(([speaker, count]) => ({ speaker, votes: count })).sort((a, b) => b.votes - a.votes);
}
