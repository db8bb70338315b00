import type { Folder } from "../../io/types";
import { modelByKey } from "../../model/adapters/byKey";
import type { Checkpoint } from "../../model/checkpoint";
import { modelFailure } from "../../model/failures";
import type { Model } from "../../model/model";
import { openCheckpoint } from "../../model/open";
import { engineFailure } from "../failures";
import type { ModelKey } from "../protocol/ids";
import type { Note } from "../protocol/protocol";

/** A model folder found where its origin says. */
export interface OpenedModel {
  readonly folder: Folder;
  /** Commit on the Hub. */
  readonly revision?: string;
  readonly license?: string;
  /** Something to tell whoever opened it. */
  readonly note?: Note;
  /** Bytes of it kept on this machine. Absent: it is all local. */
  cachedBytes?(): Promise<number>;
}

export interface ShelvedModel extends OpenedModel {
  readonly checkpoint: Checkpoint;
}

/** The models of a session, by the key a recipe names them with. */
export interface Shelf {
  /**
   * Reads a model's headers and puts it up.
   * @param open finds the folder, once the key is known to be free
   * @throws {AwaseError} `model/duplicate`, and what reading the headers throws
   */
  add(key: ModelKey, open: () => Promise<OpenedModel>, signal?: AbortSignal): Promise<ShelvedModel>;
  remove(key: ModelKey): void;
  /** Reads a model's headers anew, because bytes of it were found wrong. Where that fails it is taken away. */
  renew(key: ModelKey): Promise<void>;
  /** @throws {AwaseError} `model/not-loaded` */
  get(key: ModelKey): ShelvedModel;
  /**
   * A model to compute with: one that is up, or `model+adapter` of two that are.
   * @throws {AwaseError} `model/not-loaded`, `model/adapter`
   */
  model(key: ModelKey): Model;
  readonly checkpoints: ReadonlyMap<ModelKey, Checkpoint>;
}

export function createShelf(): Shelf {
  const models = new Map<ModelKey, ShelvedModel>();
  const coming = new Set<ModelKey>();
  return {
    async add(key, open, signal) {
      if (models.has(key) || coming.has(key)) {
        throw engineFailure("model/duplicate", { key });
      }
      coming.add(key);
      try {
        const opened = await open();
        const { folder, revision } = opened;
        const checkpoint = await openCheckpoint(key, folder, {
          ...(revision === undefined ? {} : { revision }),
          ...(signal ? { signal } : {}),
        });
        signal?.throwIfAborted();
        const shelved = { ...opened, checkpoint };
        models.set(key, shelved);
        return shelved;
      } finally {
        coming.delete(key);
      }
    },
    remove: (key) => void models.delete(key),
    async renew(key) {
      const model = models.get(key);
      if (!model) return;
      const { folder, revision } = model;
      const opening = openCheckpoint(key, folder, revision === undefined ? {} : { revision });
      const checkpoint = await opening.catch(() => undefined);
      if (models.get(key) !== model) return;
      if (checkpoint) models.set(key, { ...model, checkpoint });
      else models.delete(key);
    },
    get(key) {
      const model = models.get(key);
      if (model) return model;
      throw engineFailure("model/not-loaded", { key, loaded: models.size });
    },
    model(key) {
      const model = modelByKey(key, this.checkpoints);
      if (!model) throw engineFailure("model/not-loaded", { key, loaded: models.size });
      if (model.adapter) throw modelFailure("model/adapter", { model: key, base: model.adapter.base });
      return model;
    },
    get checkpoints() {
      return new Map([...models].map(([key, { checkpoint }]) => [key, checkpoint]));
    },
  };
}
