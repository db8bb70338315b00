/** Where the cursor should go in the text; the editor may still be loading when it is asked. */
interface Place {
  readonly line: number;
  readonly column: number;
}

type Listener = (place: Place) => void;

let waiting: Place | undefined;
let listener: Listener | undefined;

/** Puts the cursor at a place in the text, now or as soon as there is an editor. */
export function goToLine(line: number, column = 1): void {
  if (listener) listener({ line, column });
  else waiting = { line, column };
}

/** The editor on the screen takes requests, until the returned function is called. */
export function onGoToLine(goTo: Listener): () => void {
  listener = goTo;
  if (waiting) goTo(waiting);
  waiting = undefined;
  return () => {
    if (listener === goTo) listener = undefined;
  };
}
