import { Refusal, redirect, refuse } from "./answer";
import type { Commit, Repository } from "./repository";
import type { Asked } from "./request";
import type { StoredFile } from "./storedFile";
import type { TokenSeed, World } from "./world";

/** The account behind a request. @throws {Refusal} 401 for a token that is unknown or over */
function accountOf(asked: Asked, world: World): TokenSeed | undefined {
  if (asked.token === undefined) return undefined;
  const account = world.tokens[asked.token];
  if (account && world.clock.now() < (account.expires ?? Number.POSITIVE_INFINITY)) return account;
  throw refuse(401, "Invalid credentials in Authorization header");
}

/**
 * The repository a request is about, if it may be seen. Its description and its list of files are public even where its
 * content is not.
 * @throws {Refusal} 401 or 404 when missing or private, 403 when disabled, 307 to its present name
 */
export function repositoryOf(asked: Asked, id: string, world: World): Repository {
  const account = accountOf(asked, world);
  const repository = world.repositories.get(id.toLowerCase());
  if (!repository || (repository.seed.private && !account?.reads?.includes(repository.id))) {
    throw account
      ? refuse(404, "Repository not found", { "X-Error-Code": "RepoNotFound" })
      : refuse(401, "Invalid username or password.", { "WWW-Authenticate": 'Bearer realm="Authentication required"' });
  }
  if (repository.id !== id) throw new Refusal(redirect(307, asked.url.replace(id, repository.id)));
  if (repository.seed.disabled) throw refuse(403, "Access to this resource is disabled.");
  return repository;
}

/** As `repositoryOf`, for content. @throws {Refusal} also 401 and 403 GatedRepo */
export function openRepositoryOf(asked: Asked, id: string, world: World): Repository {
  const repository = repositoryOf(asked, id, world);
  if (!repository.seed.gated) return repository;
  const account = accountOf(asked, world);
  if (account?.granted?.includes(id)) return repository;
  const gated = { "X-Error-Code": "GatedRepo" };
  throw account
    ? refuse(403, `Access to model ${id} is restricted and you are not in the authorized list. Visit its page.`, gated)
    : refuse(401, `Access to model ${id} is restricted. You must have access to it and be authenticated.`, gated);
}

/** @throws {Refusal} 404 RevisionNotFound */
export function commitOf(repository: Repository, revision: string): Commit {
  const commit = repository.find(revision);
  if (commit) return commit;
  throw refuse(404, `Invalid rev id: ${revision}`, { "X-Error-Code": "RevisionNotFound" });
}

/** @throws {Refusal} 404 EntryNotFound */
export function fileOf(commit: Commit, path: string): StoredFile {
  return commit.files.get(path) ?? noEntry(commit, path);
}

/** @throws {Refusal} 404 EntryNotFound, always */
export function noEntry(commit: Commit, path: string): never {
  throw refuse(404, `${path} does not exist on ${commit.sha}`, {
    "X-Error-Code": "EntryNotFound",
    "X-Repo-Commit": commit.sha,
  });
}
