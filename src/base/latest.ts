/** One asking, which a later one of the same kind overtakes. */
export interface Turn {
  /** Fires when the turn is overtaken or stopped. */
  readonly signal: AbortSignal;
  /** Whether nothing was begun since; a turn that was stopped is still the newest. */
  readonly newest: boolean;
}

/** Of one kind of work only what was begun last counts: its answer is taken, those of earlier turns are dropped. */
export interface Latest {
  /** Begins a turn and ends the one before. */
  begin(): Turn;
  /** Ends the turn, with none to follow. */
  stop(): void;
}

export function latest(): Latest {
  let control = new AbortController();
  return {
    begin() {
      control.abort();
      const mine = new AbortController();
      control = mine;
      return {
        signal: mine.signal,
        get newest() {
          return control === mine;
        },
      };
    },
    stop: () => control.abort(),
  };
}
