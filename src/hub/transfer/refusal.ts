import type { AwaseError } from "../../base/errors";
import { inWords } from "../../base/inWords";
import { hubError } from "../errors";
import { readWhole } from "./body";
import { type Call, hubHost, type Line } from "./line";

const MAX_MESSAGE_BYTES = 64 * 1024;

/** What the Hub says about a request it refused. */
interface Verdict {
  readonly status: number;
  /** `X-Error-Code`, which the client does not keep: GatedRepo, RepoNotFound, RevisionNotFound, EntryNotFound. */
  readonly code: string | null;
  readonly message: string;
}

/**
 * Why the Hub refused, as an error for people. Source: the Hub's answers by status and `X-Error-Code`.
 * @param signedIn whether the request carried a token
 */
export async function refusal(line: Line, call: Call, response: Response, signedIn: boolean): Promise<AwaseError> {
  const verdict = await verdictOf(response);
  const { status, code } = verdict;
  const { repo, revision, path } = call;
  const host = hubHost(line);
  const unclear = () => hubError("hub/bad-answer", { host, what: path ?? repo ?? "models", status });

  if (status === 401 && signedIn && code === null) {
    return hubError("hub/token", { host, time: new Date(line.clock.now()).toISOString() });
  }
  if (repo === undefined) return unclear();
  if (code === "GatedRepo") return hubError(status === 401 ? "hub/gated-signin" : "hub/gated-ask", { repo });
  if (status === 401 || code === "RepoNotFound") return hubError("hub/not-found", { repo });
  if (status === 403) return hubError(isDisabled(verdict) ? "hub/disabled" : "hub/no-right", { repo });
  if (code === "RevisionNotFound") return hubError("hub/revision-gone", { repo, revision: revision ?? "main" });
  if (code === "EntryNotFound" && path !== undefined) {
    return hubError("hub/file-gone", { repo, path, revision: revision ?? "main" });
  }
  return unclear();
}

function isDisabled({ message }: Verdict): boolean {
  return message === "Access to this resource is disabled.";
}

async function verdictOf(response: Response): Promise<Verdict> {
  const { status, headers } = response;
  return {
    status,
    code: headers.get("X-Error-Code"),
    message: headers.get("X-Error-Message") ?? (await messageIn(response)),
  };
}

async function messageIn(response: Response): Promise<string> {
  try {
    const bytes = await readWhole(response, MAX_MESSAGE_BYTES, () => {});
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof body === "object" && body !== null && "error" in body ? inWords(body.error) : "";
  } catch {
    return ""; // an error page, or one cut short: the status has to do
  }
}
