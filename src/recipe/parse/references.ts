import { parseHubReference } from "../../hub/reference";
import { nearest } from "../text/nearest";
import { plainScalar } from "../text/plainScalar";
import { partsOf } from "./parts";
import type { FolderReference, ModelReference, Recipe } from "./recipe";

/** A path and its revision. */
export interface FolderParts {
  readonly path: string;
  readonly revision?: string;
}

/** The parts of a model reference's text: `PATH[@REVISION][+ADAPTER[@REVISION]]`. */
export type ReferenceParts =
  | {
      readonly ok: true;
      readonly path: string;
      readonly revision?: string;
      readonly adapter?: FolderParts;
      /** The text was an address of the Hub. */
      readonly address?: string;
    }
  | { readonly ok: false; readonly reason: "empty" | "adapters" | "revisions" };

/** Says under which name a model is known that a recipe calls so; undefined for one that is not at hand. */
export type KnownModels = (name: string) => string | undefined;

/** The names of models as a person takes them for one: composed or not (macOS takes letters apart), with a slash at the end or not. */
export function knownModels(names: Iterable<string>): KnownModels {
  const all = [...names];
  const exact = new Set(all);
  const loose = new Map(all.map((name) => [plainName(name), name]));
  return (name) => (exact.has(name) ? name : loose.get(plainName(name)));
}

function plainName(name: string): string {
  return withoutSlash(name).normalize("NFC");
}

/** A path that is not the root itself, without slashes at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/(?<=[^/])\/+$/, "");
}

/** Splits a reference at `+` and `@`. Spaces around the parts are not part of them. */
export function splitReference(text: string): ReferenceParts {
  const address = hubAddress(text);
  if (address) return address;
  const [model = "", adapter, ...moreAdapters] = text.split("+");
  if (moreAdapters.length > 0) return { ok: false, reason: "adapters" };
  const parts = splitRevision(model);
  if (!parts.ok || adapter === undefined) return parts;
  const applied = splitRevision(adapter);
  return applied.ok ? { ...parts, adapter: folderParts(applied) } : applied;
}

/** The path and the revision of parts. */
export function folderParts({ path, revision }: FolderParts): FolderParts {
  return { path, ...(revision === undefined ? {} : { revision }) };
}

/** Splits at `@` alone, as the inner string of the mapping form is: a `+` is part of the path there. */
export function splitRevision(text: string): ReferenceParts {
  const address = hubAddress(text);
  if (address) return address;
  const [path = "", revision, ...more] = text.split("@").map((part) => part.trim());
  if (more.length > 0) return { ok: false, reason: "revisions" };
  if (path === "" || revision === "") return { ok: false, reason: "empty" };
  return { ok: true, path: withoutSlash(path), ...(revision === undefined ? {} : { revision }) };
}

/** The hosts under which the Hub's models are found, with or without a scheme. */
const HUB_ADDRESS = /^(?:https?:\/\/)?(?:[\w-]+\.)*(?:huggingface\.co|hf\.co|hf-mirror\.com)(?=\/)/i;

/** The model that an address of the Hub names: `https://huggingface.co/org/name/tree/main`, `hf.co/org/name`, `hf:org/name`. */
function hubAddress(text: string): ReferenceParts | undefined {
  const address = text.trim().replace(/[?#].*$/, "");
  const [, schemed] = /^(?:hf|huggingface):(?:\/\/)?(.+)$/.exec(address) ?? [];
  if (schemed === undefined && !HUB_ADDRESS.test(address)) return undefined;
  const [page = "", stated] = (schemed ?? address.replace(HUB_ADDRESS, "https://huggingface.co")).split("@");
  const found = parseHubReference(page);
  if (!found) return undefined;
  const revision = found.revision ?? stated;
  return { ok: true, path: found.repo, ...(revision ? { revision } : {}), address: text.trim() };
}

/** Letters of a name below which another name of one letter less or more is another model. */
const MIN_NEAR = 4;

/** Of these names the one that a person most likely meant: the same but for case, `-`, `_` and blanks, or mistyped in its last part. */
export function nearName(name: string, names: Iterable<string>): string | undefined {
  const parent = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);
  const last = (path: string) => path.slice(parent(path).length);
  const wanted = withoutSlash(name);
  const beside = [...names].filter((other) => other !== name && sameLetters(parent(other), parent(wanted)));
  const same = beside.find((other) => sameLetters(other, wanted));
  if (same !== undefined || last(wanted).length < MIN_NEAR) return same;
  const meant = nearest(last(wanted), beside.map(last));
  return beside.find((other) => last(other) === meant);
}

/** Whether two names differ in nothing but case, `-`, `_`, blanks and how their letters are composed. */
export function sameLetters(a: string, b: string): boolean {
  const letters = (name: string) => name.normalize("NFKC").toLowerCase().replace(/[-_ ]/g, "");
  return letters(a) === letters(b);
}

/** Whether a model is the one that a trainer called so: by the last part of its path, in which owner and folder say nothing. */
export function isCalled(key: string, base: string): boolean {
  const last = (path: string) =>
    path
      .replace(/@[^@/]*$/, "")
      .replace(/\/+$/, "")
      .split("/")
      .at(-1) ?? "";
  return sameLetters(last(key), last(base));
}

/** A model's name as YAML: quoted where a plain one would be something else. */
export function nameText(name: string): string {
  return /^[\w./~][\w./@+-]*$/.test(name) && typeof plainScalar(name) === "string" ? name : JSON.stringify(name);
}

/** The key under which a model is looked up: the reference as a recipe would write it. */
export function modelKey(path: string, revision?: string): string {
  return revision === undefined ? path : `${path}@${revision}`;
}

/** The same of a model with an adapter. */
export function adaptedKey(model: FolderParts, adapter: FolderParts | undefined): string {
  const key = modelKey(model.path, model.revision);
  return adapter === undefined ? key : `${key}+${modelKey(adapter.path, adapter.revision)}`;
}

/** What a reference names that has to be opened: the model's folder, then the adapter's. */
export function foldersOf({ path, revision, adapter }: ModelReference): readonly FolderReference[] {
  const model = {
    ...folderParts({ path, ...(revision === undefined ? {} : { revision }) }),
    key: modelKey(path, revision),
  };
  return adapter ? [model, adapter] : [model];
}

/** What the needed models of a recipe are made of, each folder once by key. */
export function folderReferences(recipe: Recipe): readonly (FolderReference & Pick<ModelReference, "span">)[] {
  const seen = new Set<string>();
  return allReferences(recipe)
    .flatMap((reference) => foldersOf(reference).map((folder) => ({ ...folder, span: reference.span })))
    .filter((folder) => !isMade(recipe, folder) && !seen.has(folder.key) && seen.add(folder.key));
}

/** Whether a folder is none: another recipe of the text makes what is called so. */
export function isMade({ stages }: Recipe, { path }: { readonly path: string }): boolean {
  return stages.some(({ name }) => name === path);
}

/**
 * The Hub id a path could be: `owner/name`, or a bare name as the oldest models have. `undefined` for paths on disk.
 * Allowed characters: letters, digits, `-`, `_`, `.`; neither `--` nor `..`.
 */
export function hubIdOf(path: string): string | undefined {
  const name = /^(?:[\w.-]{1,96}\/)?[\w.-]{1,96}$/;
  const edge = /(^|\/)[-.]|[-.]($|\/)|--|\.\./;
  return name.test(path) && !edge.test(path) ? path : undefined;
}

/**
 * The models a recipe refers to, each once by key: the base first, then in document order. The first of them gives the
 * output its config and tokenizer.
 */
export function modelReferences(recipe: Recipe): readonly ModelReference[] {
  const all = [
    ...(recipe.base ? [recipe.base] : []),
    ...partsOf(recipe).flatMap(({ models, slices }) => [
      ...models.map((item) => item.model),
      ...slices.flatMap((slice) => [
        ...slice.sources.map((source) => source.model),
        ...(slice.base ? [slice.base] : []),
      ]),
    ]),
  ];
  return distinct(all);
}

/** Those and the one whose tokenizer the output gets, which need not give weights. */
export function neededModels(recipe: Recipe): readonly ModelReference[] {
  const source = recipe.tokenizer?.source;
  return distinct([...modelReferences(recipe), ...(typeof source === "object" ? [source] : [])]);
}

/** Those and the donor that lends rows to what they give: what must be at hand for a plan. */
export function openModels(recipe: Recipe): readonly ModelReference[] {
  const { donor } = recipe.extras;
  return distinct([...neededModels(recipe), ...(donor ? [donor.model] : [])]);
}

/** All that a recipe and its stages refer to. */
export function allReferences(recipe: Recipe): readonly ModelReference[] {
  return distinct([recipe, ...recipe.stages.map((stage) => stage.recipe)].flatMap(openModels));
}

function distinct(references: readonly ModelReference[]): readonly ModelReference[] {
  const seen = new Set<string>();
  return references.filter(({ key }) => !seen.has(key) && seen.add(key));
}
