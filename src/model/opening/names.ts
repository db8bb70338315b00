import { findArchitecture } from "../architectures/known";
import type { CheckpointTensor } from "../checkpoint";
import { architectureNames } from "../config";
import { remark } from "../failures";
import type { JsonObject, Remark } from "../model";
import { type KnownNames, knownNames } from "./knownNames";

/** A model's tensors under the names of their architecture, and what was changed to get there. */
export interface MendedNames {
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  readonly remarks: readonly Remark[];
}

/** What wrappers of training put inside of names: torch.compile, FSDP, activation checkpointing. */
const INSIDE = /(^|\.)(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)(?=\.)/g;
/** What they put before all names: DDP, peft, and torch.compile around those. */
const BEFORE = /^(?:module\.|base_model\.model\.|_forward_module\.)+/;

/**
 * Gives tensors the names of their architecture where a checkpoint was saved from inside or outside of the usual module: a prefix
 * (`_orig_mod.`, `module.`, `base_model.model.`, `language_model.`) too many, or `model.` too few. Names of an architecture that
 * nobody described lose only what wrappers add. Where two tensors would get one name, all stay as they are.
 */
export function mendNames(
  key: string,
  config: JsonObject,
  tensors: ReadonlyMap<string, CheckpointTensor>,
): MendedNames {
  const unchanged = { tensors, remarks: [] };
  const unwrapped = rename(tensors, unwrap(tensors));
  if (!unwrapped) return unchanged;
  const [architecture] = architectureNames(config);
  const definition = architecture === undefined ? undefined : findArchitecture(architecture);
  const mapping = definition && prefixMapping(unwrapped, knownNames(definition));
  const mended = mapping ? rename(unwrapped, mapping) : unwrapped;
  if (!mended || mended === tensors) return unchanged;
  return { tensors: mended, remarks: [mendedNames(key, tensors, mended)] };
}

type Rename = (name: string) => string;

/** The same tensors under other names; undefined where two of them would share one, the same map where none changes. */
function rename(
  tensors: ReadonlyMap<string, CheckpointTensor>,
  to: Rename,
): ReadonlyMap<string, CheckpointTensor> | undefined {
  const renamed = new Map([...tensors].map(([name, tensor]) => [to(name), { ...tensor, name: to(name) }]));
  if (renamed.size < tensors.size) return undefined;
  return [...tensors.keys()].every((name) => renamed.has(name)) ? tensors : renamed;
}

function unwrap(tensors: ReadonlyMap<string, CheckpointTensor>): Rename {
  const bare = (name: string) => name.replace(INSIDE, "").replace(/^\./, "");
  const wrapped = [...tensors.keys()].every((name) => BEFORE.test(bare(name)));
  return (name) => (wrapped ? bare(name).replace(BEFORE, "") : bare(name));
}

/** How names must begin for the architecture to know them; undefined where they do, or where no beginning would help. */
function prefixMapping(tensors: ReadonlyMap<string, CheckpointTensor>, known: KnownNames): Rename | undefined {
  const names = [...tensors.keys()];
  if (names.some((name) => known.inLayer(name))) return undefined;
  for (const root of known.roots) {
    // `model.layers` may be stored as `layers`, or with anything before it: what is before the part that all share is the prefix.
    const stem = root.slice(root.lastIndexOf(".") + 1);
    const own = root.slice(0, root.length - stem.length);
    const found = new Map<string, number>();
    for (const name of names) {
      const at = `.${name}`.lastIndexOf(`.${stem}.`);
      if (at < 0 || !known.inLayer(own + name.slice(at))) continue;
      found.set(name.slice(0, at), (found.get(name.slice(0, at)) ?? 0) + 1);
    }
    // A vision tower beside the language model has layers of the same kind, and fewer of them.
    const [most] = [...found].sort(([, a], [, b]) => b - a);
    if (most) return renameTo(known, most[0], own);
  }
  return undefined;
}

/** From names that begin with `found` to names that begin with `wanted`; the head stands outside of both. */
function renameTo(known: KnownNames, found: string, wanted: string): Rename {
  const outer = found === wanted || found.endsWith(`.${wanted}`) ? found.slice(0, found.length - wanted.length) : "";
  return (name) => {
    if (known.has(name)) return name;
    const inside = name.startsWith(found) ? wanted + name.slice(found.length) : name;
    if (known.has(inside)) return inside;
    const bare = [outer, found].find((prefix) => prefix !== "" && name.startsWith(prefix));
    const outside = bare === undefined ? name : name.slice(bare.length);
    return known.has(outside) ? outside : known.inRoot(inside) ? inside : name;
  };
}

function mendedNames(
  key: string,
  before: ReadonlyMap<string, CheckpointTensor>,
  after: ReadonlyMap<string, CheckpointTensor>,
): Remark {
  const [names, renamed] = [[...before.keys()], [...after.keys()]];
  const changed = names.flatMap((name, at) => (renamed[at] === name ? [] : [[name, renamed[at] ?? ""] as const]));
  const [[from, to] = ["", ""]] = changed;
  return remark("model/names-mended", {
    model: key,
    changed: changed.length,
    tensors: before.size,
    from,
    to,
  });
}
