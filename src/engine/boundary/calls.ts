import type { Engine } from "../protocol/engine";

/** How a call crosses: `plain`, its arguments alone; a number, with a watch behind so many arguments. */
type Crossing = "plain" | number;

/** Every call of the engine. Both sides of the boundary are made from this table. */
export const CALLS = {
  start: "plain",
  methods: "plain",
  addModel: 1,
  removeModel: "plain",
  details: "plain",
  cachedBytes: "plain",
  searchHub: 1,
  lookAtHub: 1,
  check: "plain",
  merge: 2,
  resume: 2,
  restart: 2,
  unfinished: "plain",
  discard: "plain",
  results: "plain",
  removeResult: "plain",
  resultFiles: "plain",
  exportResult: 2,
  evaluate: 1,
  watch: 3,
  costs: "plain",
  answer: 1,
  storage: "plain",
  evict: "plain",
  persist: "plain",
  memory: "plain",
  warm: "plain",
  loseDevice: "plain",
} as const satisfies Record<keyof Engine, Crossing>;

export type Call = keyof typeof CALLS;

/** Whether a name that came over the boundary is a call. */
export function isCall(name: string): name is Call {
  return Object.hasOwn(CALLS, name);
}

/**
 * What lies on the wire. Signals cannot be posted: watched work carries the id of a job, and `cancel` fires its signal on the
 * other side.
 */
export interface Wire {
  ask(call: Call, args: readonly unknown[]): Promise<unknown>;
  work(job: string, call: Call, args: readonly unknown[], onEvent: (event: unknown) => void): Promise<unknown>;
  cancel(job: string): Promise<void>;
}
