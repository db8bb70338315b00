import { AwaseError } from "../base/errors";
import { known, type Sentences, sayer } from "../base/sentences";

/** What each failure of the Hub tells, by its code. */
type HubFaults = {
  "hub/unreachable": { host: string };
  "hub/storage-blocked": { host: string; storage: string };
  "hub/not-found": { repo: string };
  "hub/gated-signin": { repo: string };
  "hub/gated-ask": { repo: string };
  "hub/disabled": { repo: string };
  "hub/no-right": { repo: string };
  "hub/revision-gone": { repo: string; revision: string };
  "hub/file-gone": { repo: string; path: string; revision: string };
  "hub/changed": { name: string; was: string; is: string };
  "hub/rate-limited": { host: string; seconds: number };
  "hub/server": { host: string; status: number };
  "hub/short-read": { path: string; want: number; got: number };
  "hub/bad-hash": { path: string; kind: string; published: string; found: string };
  "hub/token": { host: string; time: string };
  "hub/bad-token": { host: string };
  "hub/bad-answer": { host: string; what: string; status: number };
  "hub/incomplete-list": { repo: string; listed: number; known: number };
};

export type HubCode = keyof HubFaults;

const WITH_TOKEN =
  "A model that not everybody may read is fetched by the command line with your token in HF_TOKEN; here, drop its downloaded folder.";

/** In English. */
export const hubSentences: { readonly [C in HubCode]: (facts: HubFaults[C]) => string } = {
  "hub/unreachable": ({ host }) =>
    `Could not reach ${host}. The network, an extension or a firewall stopped the request. Try again.`,
  "hub/storage-blocked": ({ host, storage }) =>
    `${host} answers, but its file server${storage && ` ${storage}`} does not. An extension or a firewall may block it. Try again.`,
  "hub/not-found": ({ repo }) => `No model is named ${repo}, or it is private. Check the name. ${WITH_TOKEN}`,
  "hub/gated-signin": ({ repo }) =>
    `${repo} asks its users to accept terms. Accept them on the model's page. ${WITH_TOKEN}`,
  "hub/gated-ask": ({ repo }) => `Your account has no access to ${repo} yet. Ask for it on the model's page.`,
  "hub/disabled": ({ repo }) => `${repo} was disabled on the Hub. Use another model.`,
  "hub/no-right": ({ repo }) => `This sign-in may not read ${repo}. Sign in with more rights.`,
  "hub/revision-gone": ({ repo, revision }) => `${repo} has no revision ${revision}. Choose another revision.`,
  "hub/file-gone": ({ repo, path, revision }) =>
    `${path} is not in ${repo} at ${short(revision)}. Add the model again to renew its list of files.`,
  "hub/changed": ({ name, was, is }) => `${name} changed from ${was} to ${is} since it was added. Add the model again.`,
  "hub/rate-limited": ({ host, seconds }) =>
    `${host} gets too many requests from here and asks us to wait ${seconds} s. Wait, or sign in for a larger share.`,
  "hub/server": ({ host, status }) => `${host} had a fault (${status}) on every try. What was read is kept. Try again.`,
  "hub/short-read": ({ path, want, got }) => `Asked ${want} bytes of ${path}, got ${got}. Try again.`,
  "hub/bad-hash": ({ path, kind, published, found }) =>
    `${path} does not match its published ${kind} (${published} ≠ ${found}): wrong bytes came. They are not used, and not kept. Try again: they are fetched anew.`,
  "hub/token": ({ host, time }) => `Your sign-in to ${host} ended at ${time}. Sign in again.`,
  "hub/bad-token": ({ host }) => `A token for ${host} starts with hf_, but this one does not. Copy it again.`,
  "hub/bad-answer": ({ host, what, status }) =>
    `${host} answered the request for ${what} with something that cannot be read${status ? ` (status ${status})` : ""}. Try again later.`,
  "hub/incomplete-list": ({ repo, listed, known }) =>
    `The list of files of ${repo} arrived with ${listed} of ${known} files. Try another network or browser.`,
};

/** A failure of the Hub with its sentence. No cause is kept: the client's own errors hold signed addresses. */
export function hubError<C extends HubCode>(code: C, facts: HubFaults[C]): AwaseError {
  return AwaseError.of({ code, message: hubSentences[code](facts), facts: known(facts) });
}

/** A commit as people show it; branches and tags stay whole. */
function short(revision: string): string {
  return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : revision;
}

/** What goes on by itself, and is told all the same, in English. */
export const hubNotes = {
  "hub/waiting": ({ host, seconds }: { host: string; seconds: number }) =>
    `${host} asks us to wait ${seconds} s. The download goes on by itself.`,
  "hub/retrying": ({ host, try: number, tries }: { host: string; try: number; tries: number }) =>
    `${host} did not answer well; try ${number} of ${tries}.`,
  "hub/signed-out": hubSentences["hub/token"],
} satisfies Sentences;

export const hubNote = sayer(hubNotes);
