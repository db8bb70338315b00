/**
 * Undo over whole texts. Every change goes on the open step until a mark closes it, so a drag of a slider or a burst
 * of typing is one step, however many ticks it had.
 */
export interface History {
  readonly past: readonly string[];
  readonly present: string;
  readonly future: readonly string[];
  /** Whether further edits still belong to the step that began with the last entry of `past`. */
  readonly open: boolean;
}

/** Steps kept. A recipe is a few kB, so this is well under a megabyte. */
const MAX_STEPS = 200;

export function historyOf(text: string): History {
  return { past: [], present: text, future: [], open: false };
}

export function edit(history: History, text: string): History {
  if (text === history.present) return history;
  const past = history.open ? history.past : [...history.past, history.present].slice(-MAX_STEPS);
  return { past, present: text, future: [], open: true };
}

/** Closes the open step. A step that came back to where it began leaves no trace. */
export function mark(history: History): History {
  if (!history.open) return history;
  const past = history.past.at(-1) === history.present ? history.past.slice(0, -1) : history.past;
  return { ...history, past, open: false };
}

export function undo(history: History): History {
  const { past, present, future } = mark(history);
  const previous = past.at(-1);
  if (previous === undefined) return mark(history);
  return { past: past.slice(0, -1), present: previous, future: [present, ...future], open: false };
}

export function redo(history: History): History {
  const [next, ...future] = history.future;
  if (next === undefined) return mark(history);
  return { past: [...history.past, history.present], present: next, future, open: false };
}
