import type { Note } from "../protocol/protocol";

/** Remarks from anywhere below (a wait for the Hub, a full cache), for whoever is running then. */
export interface Notes {
  send(note: Note): void;
  /** @returns what ends the listening */
  listen(listener: (note: Note) => void): () => void;
}

export function createNotes(): Notes {
  const listeners = new Set<(note: Note) => void>();
  return {
    send({ code, message, facts }) {
      for (const listener of listeners) listener({ code, message, facts });
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
