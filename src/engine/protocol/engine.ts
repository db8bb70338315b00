import type { DeviceInfo, DeviceMemory } from "../../compute/device";
import type { Evaluation } from "../../eval/registry";
import type { GuardOptions, GuardReport, PromptSet } from "../../eval/types";
import type { Lane } from "../../merge/writing/events";
import type { MethodFacts } from "../../recipe/facts";
import type {
  Answer,
  AnswerRequest,
  EvaluationEvent,
  EvaluationRequest,
  GuardEvent,
  SetCost,
  Subject,
} from "./evalProtocol";
import type { ModelKey, RunId } from "./ids";
import type {
  EngineSettings,
  HubHit,
  HubLook,
  HubOrigin,
  MergeEvent,
  MergeReport,
  MergeRequest,
  ModelDetails,
  ModelOrigin,
  ModelSummary,
  RecipeReport,
  StorageFacts,
  StoredResult,
  UnfinishedRun,
} from "./protocol";

/** How to watch and stop one piece of long work. After its signal fired, the work rejects with an `AbortError`. */
export interface Watch<E = never> {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: E) => void) | undefined;
}

/**
 * The engine: the same for who holds the session itself (command line, tests) and for the page, which talks to a session in a
 * worker. Arguments, events and results can be posted with structured clone; signals and listeners cross by `boundary`.
 */
export interface Engine {
  /** Comes first; calls before it fail with `engine/not-started`. */
  start(settings: EngineSettings): Promise<DeviceInfo>;
  methods(): Promise<readonly Omit<MethodFacts, "check">[]>;
  addModel(origin: ModelOrigin, watch?: Watch): Promise<ModelSummary>;
  removeModel(key: ModelKey): Promise<void>;
  details(key: ModelKey): Promise<ModelDetails>;
  /** Bytes of each open model that are in this browser by now; `ModelSummary.cachedBytes` is as old as the summary. */
  cachedBytes(): Promise<Readonly<Record<ModelKey, number>>>;
  searchHub(query: string, watch?: Watch): Promise<readonly HubHit[]>;
  /** @throws {AwaseError} a `hub/…` code */
  lookAtHub(origin: HubOrigin, watch?: Watch): Promise<HubLook>;
  check(recipe: string, seed: number): Promise<RecipeReport>;
  merge(recipe: string, request: MergeRequest, watch?: Watch<MergeEvent>): Promise<MergeReport>;
  /**
   * Goes on with an unfinished run; its models must be loaded again.
   * @param directory the folder it writes to, where the browser asked for it anew
   */
  resume(run: RunId, directory?: FileSystemDirectoryHandle, watch?: Watch<MergeEvent>): Promise<MergeReport>;
  /**
   * Makes an unfinished run anew, with its own recipe and options; what it has made is taken away. Where there is no plan any more
   * nothing is taken away.
   * @param directory another folder to write to, where the first is gone
   */
  restart(run: RunId, directory?: FileSystemDirectoryHandle, watch?: Watch<MergeEvent>): Promise<MergeReport>;
  unfinished(): Promise<readonly UnfinishedRun[]>;
  discard(run: RunId): Promise<void>;
  results(): Promise<readonly StoredResult[]>;
  removeResult(id: RunId): Promise<void>;
  /** The files of a kept result, to be downloaded one by one or as a zip made on the page. */
  resultFiles(id: RunId): Promise<readonly { readonly path: string; readonly file: File }[]>;
  /** Copies a kept result into a folder the user picked. */
  exportResult(id: RunId, directory: FileSystemDirectoryHandle, watch?: Watch<Lane>): Promise<void>;
  evaluate(request: EvaluationRequest, watch?: Watch<EvaluationEvent>): Promise<readonly Evaluation[]>;
  /** Measures a recipe stage by stage; nothing is written. */
  watch(recipe: string, seed: number, options: GuardOptions, watch?: Watch<GuardEvent>): Promise<GuardReport>;
  costs(subject: Subject, sets: readonly PromptSet[]): Promise<readonly SetCost[]>;
  /** Each event is the whole answer so far, whole characters only. */
  answer(request: AnswerRequest, watch?: Watch<string>): Promise<Answer>;
  storage(): Promise<StorageFacts>;
  evict(repo: string, revision: string): Promise<void>;
  persist(): Promise<boolean>;
  memory(): Promise<DeviceMemory>;
  /** Loads the parts that merging and measuring need, so that they are at hand when asked for, also without a network. */
  warm(): Promise<void>;
  /** Throws the device away as a driver would; for tests. */
  loseDevice(): Promise<void>;
}
