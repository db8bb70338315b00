import { commitOf, fileOf, openRepositoryOf } from "../access";
import { type Answer, json, redirect } from "../answer";
import type { Commit } from "../repository";
import type { Asked } from "../request";
import type { Endpoint } from "../routes";
import { sign } from "../signature";
import type { StoredFile } from "../storedFile";
import type { World } from "../world";

const XET_INFO = "application/vnd.xet-fileinfo+json";

/** `GET /{id}/resolve/{rev}/{path}`: where the bytes are. Git files: on the Hub; others: on the file server. */
export const resolve: Endpoint = {
  methods: ["GET", "HEAD"],
  pattern: "/:id/resolve/:rev/*path",
  answer(asked, { id, rev, path }, world) {
    const commit = commitOf(openRepositoryOf(asked, id, world), rev);
    const file = fileOf(commit, path);
    if (file.storage === "git") return toCache(id, commit, path, file);
    world.stored.set(storedName(file), file);
    const headers = { ...linked(commit, file), ...(file.storage === "xet" && xetHeaders(world, id, commit, file)) };
    return file.storage === "xet" && wantsXet(asked)
      ? json(xetInfo(headers), { ...headers, "Content-Type": XET_INFO })
      : redirect(302, signedAddress(world, id, file), headers);
  },
};

function toCache(id: string, { sha }: Commit, path: string, { oid }: StoredFile): Answer {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return redirect(307, `/api/resolve-cache/models/${id}/${sha}/${encoded}?etag=${encodeURIComponent(`"${oid}"`)}`, {
    "X-Repo-Commit": sha,
    "X-Linked-ETag": `"${oid}"`,
    "Accept-Ranges": "bytes",
    Vary: "Origin, Accept",
  });
}

function linked({ sha }: Commit, file: StoredFile): Record<string, string> {
  return {
    "X-Repo-Commit": sha,
    "Accept-Ranges": "bytes",
    "X-Linked-Size": String(file.content.size),
    "X-Linked-ETag": `"${file.sha256}"`,
    "Cache-Control": "no-store",
    Vary: "Origin, Accept",
  };
}

function xetHeaders({ urls }: World, id: string, { sha }: Commit, { xetHash }: StoredFile): Record<string, string> {
  const auth = `${urls.hub}/api/models/${id}/xet-read-token/${sha}`;
  const plan = `${urls.cas}/v1/reconstructions/${xetHash}`;
  return { "X-Xet-Hash": xetHash, Link: `<${auth}>; rel="xet-auth", <${plan}>; rel="xet-reconstruction-info"` };
}

function xetInfo(headers: Readonly<Record<string, string>>): Record<string, unknown> {
  return {
    hash: headers["X-Xet-Hash"],
    size: Number(headers["X-Linked-Size"]),
    etag: headers["X-Linked-ETag"],
  };
}

function wantsXet({ headers }: Asked): boolean {
  return headers.accept?.includes(XET_INFO) ?? false;
}

/** What the file servers call a file. */
function storedName(file: StoredFile): string {
  return file.storage === "xet" ? file.xetHash : file.sha256;
}

/** An address on the file server that is good for a while. */
function signedAddress(world: World, id: string, file: StoredFile): string {
  const folder = file.storage === "xet" ? "xet-bridge-us" : "lfs";
  const expires = world.clock.now() + world.signatureSeconds * 1000;
  return world.urls.cdn + sign(`/${folder}/${id.replace("/", "-")}/${storedName(file)}`, expires);
}
