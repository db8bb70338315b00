import { type Answer, refuse } from "./answer";
import type { Asked } from "./request";
import type { World } from "./world";

export interface Parameters {
  /** `org/name`, or `name`. */
  readonly id: string;
  /** Revision, hash, or whatever single part the pattern names `:rev`. */
  readonly rev: string;
  /** The rest of the path. */
  readonly path: string;
}

/** One endpoint: the requests it answers, and how. */
export interface Endpoint {
  readonly methods: readonly string[];
  /**
   * Parts of a path: words; `:id`, which takes one or two parts; `:rev`, one part; `*path`, all that follow, at least one;
   * `*path?`, perhaps none.
   */
  readonly pattern: string;
  answer(asked: Asked, parameters: Parameters, world: World): Answer;
}

/** Sends a request to the first endpoint that fits it. */
export function dispatch(endpoints: readonly Endpoint[], asked: Asked, world: World): Answer {
  for (const endpoint of endpoints) {
    if (!endpoint.methods.includes(asked.method)) continue;
    const parameters = match(endpoint.pattern.split("/").slice(1), asked.parts);
    if (parameters) return endpoint.answer(asked, { id: "", rev: "", path: "", ...parameters }, world);
  }
  throw refuse(404, "Sorry, we can't find the page you are looking for.");
}

function match(pattern: readonly string[], parts: readonly string[]): Partial<Parameters> | undefined {
  const [first, ...rest] = pattern;
  if (first === undefined) return parts.length === 0 ? {} : undefined;
  if (first === "*path" || first === "*path?") {
    return parts.length > 0 || first === "*path?" ? { path: parts.join("/") } : undefined;
  }
  const [part, ...others] = parts;
  if (part === undefined) return undefined;
  if (first === ":id") {
    for (const length of [2, 1]) {
      const found = parts.length >= length ? match(rest, parts.slice(length)) : undefined;
      if (found) return { id: parts.slice(0, length).join("/"), ...found };
    }
    return undefined;
  }
  const found = first === ":rev" || first === part ? match(rest, others) : undefined;
  return found && first === ":rev" ? { rev: part, ...found } : found;
}
