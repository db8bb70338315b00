/** A model on the Hub as a person names it. */
export interface HubReference {
  readonly repo: string;
  /** Branch, tag or commit; absent: the main branch. */
  readonly revision?: string;
}

const HOSTS = new Set(["huggingface.co", "www.huggingface.co", "hf.co"]);

/** First parts of Hub addresses that are not owners of models. */
const NOT_OWNERS = new Set([
  "datasets",
  "spaces",
  "models",
  "docs",
  "blog",
  "papers",
  "collections",
  "api",
  "settings",
]);

/** Pages of a model that carry a revision after them. */
const REVISION_PAGES = new Set(["tree", "blob", "resolve", "raw", "blame", "commit", "commits"]);

/**
 * Reads `name`, `org/name`, `org/name@revision`, or the address of a model's page (with or without `https://`), of one of
 * its revisions, folders or files. `hubUrl` names a Hub other than huggingface.co whose addresses are read as well.
 * @returns undefined when the text names no model; it may still be something to search for.
 */
export function parseHubReference(text: string, hubUrl?: string): HubReference | undefined {
  const trimmed = text.trim();
  const address = modelAddress(trimmed, hubUrl);
  return address ? fromAddress(address) : fromId(trimmed);
}

function fromId(text: string): HubReference | undefined {
  const at = text.indexOf("@");
  const repo = at < 0 ? text : text.slice(0, at);
  return checked(repo, at < 0 ? undefined : text.slice(at + 1));
}

/** Parts of the path, decoded, when the text is an address on a known Hub. */
function modelAddress(text: string, hubUrl: string | undefined): readonly string[] | undefined {
  try {
    const hosts = hubUrl ? new Set([...HOSTS, new URL(hubUrl).host]) : HOSTS;
    const schemed = /^https?:\/\//i.test(text) ? text : `https://${text}`;
    const url = new URL(schemed);
    if (!hosts.has(url.host)) return undefined;
    return url.pathname
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
  } catch {
    return undefined; // neither an address nor well encoded
  }
}

function fromAddress(parts: readonly string[]): HubReference | undefined {
  const [owner, name] = parts;
  if (owner === undefined || NOT_OWNERS.has(owner)) return undefined;
  if (name === undefined) return checked(owner, undefined);
  // `name/tree/rev` of a model without an owner looks like `owner/tree`; no model is called `tree`.
  const bare = REVISION_PAGES.has(name);
  const repo = bare ? owner : `${owner}/${name}`;
  const [page, revision, ...rest] = parts.slice(bare ? 1 : 2);
  if (page === undefined || !REVISION_PAGES.has(page)) return checked(repo, undefined);
  // Pull requests are the one kind of revision whose slashes addresses leave as they are.
  return checked(repo, revision === "refs" ? [revision, ...rest.slice(0, 2)].join("/") : revision);
}

function checked(repo: string, revision: string | undefined): HubReference | undefined {
  if (!isRepoId(repo)) return undefined;
  if (revision === undefined) return { repo };
  return isRevision(revision) ? { repo, revision } : undefined;
}

/** One or two parts of letters, digits, `-`, `_`, `.`; no `--` or `..`; neither first nor last a `-` or `.`. */
export function isRepoId(text: string): boolean {
  const parts = text.split("/");
  return parts.length <= 2 && text.length <= 193 && parts.every(isRepoPart);
}

function isRepoPart(part: string): boolean {
  return /^\w([\w.-]{0,94}\w)?$/.test(part) && !/--|\.\.|\.git$/.test(part);
}

/** What git allows in the name of a branch or tag, commits included. */
function isRevision(text: string): boolean {
  return text.length > 0 && text.length <= 255 && !/[\p{Cc}\s~^:?*[\]\\]|\.\.|@\{|\/\/|^[/-]|[/.]$/u.test(text);
}
