import type { OutputDType } from "../../formats/dtypes";
import type { DonorRequest } from "../donor/donor";
import type { GateMode, MixtureKind, RouterPrompts } from "../mixture/mixture";
import type { Problem, TextSpan } from "../problems/problem";

/** What mergekit has no word for: a seed for random masks, the commits that Hub models are pinned to, a donor of rows. */
export interface Extras {
  readonly seed?: number;
  /** Commit by model key. */
  readonly revisions: Readonly<Record<string, string>>;
  /** A model of another architecture that lends rows to what the recipe gives. */
  readonly donor?: DonorRequest;
}

/** A value and where the text says it. */
export interface Spanned<T> {
  readonly value: T;
  readonly span: TextSpan;
}

/** What a reference names that lies somewhere: a model's folder, or an adapter's. */
export interface FolderReference {
  readonly path: string;
  readonly revision?: string;
  /** `path@revision`: the key under which it is opened. */
  readonly key: string;
}

/** A model as a recipe names it: `PATH[@REVISION][+ADAPTER[@REVISION]]`, or the mapping form. */
export interface ModelReference extends FolderReference {
  /** Applied to the model before anything else is done with it. */
  readonly adapter?: FolderReference;
  /** Stands in for `architectures` of the model's config, also in the output if this model is the donor. */
  readonly overrideArchitecture?: string;
  /** The key under which the model is looked up: of one with an adapter `model+adapter`. */
  readonly key: string;
  /** Equal for references that mean the same input: path, revision, adapter and override. */
  readonly identity: string;
  readonly span: TextSpan;
}

/** A number, or a gradient: numbers spread evenly over the layers of a slice. */
export type SettingValue = number | readonly number[];

/** One line of a setting: the value for tensors whose name contains `filter`, or for all of them without one. */
export interface SettingItem {
  readonly filter?: string;
  readonly value: SettingValue;
  readonly span: TextSpan;
}

/** What a recipe says about one parameter at one level: items tried top to bottom, the first match decides. */
export interface Setting {
  readonly items: readonly SettingItem[];
  /** Of the parameter's name. */
  readonly keySpan: TextSpan;
  readonly span: TextSpan;
}

export type Settings = ReadonlyMap<string, Setting>;

/** An entry of `models`. */
export interface ModelItem {
  readonly model: ModelReference;
  readonly parameters: Settings;
  readonly span: TextSpan;
}

/** An entry of `sources`: layers [start, end) of a model. */
export interface SourceItem extends ModelItem {
  readonly layerRange: Spanned<readonly [start: number, end: number]>;
}

export interface SliceItem {
  readonly sources: readonly SourceItem[];
  /** Overrides the recipe's base for this slice's tensors. */
  readonly base?: ModelReference;
  readonly parameters: Settings;
  readonly span: TextSpan;
}

/** What a recipe says of all modules, or of one: whole models or layers of models, one of the two, and parameters. */
export interface RecipePart {
  readonly models: readonly ModelItem[];
  readonly slices: readonly SliceItem[];
  readonly parameters: Settings;
}

/** An entry of `modules`: how one part of a model with several stacks of layers (a vision tower, a decoder) is made. */
export interface ModuleItem extends RecipePart {
  readonly name: string;
  /** Of its name. */
  readonly span: TextSpan;
}

/** Where the row of a token comes from that is given a source of its own. */
export type TokenSource =
  | { readonly kind: "zero" }
  /** The same token in another model. */
  | { readonly kind: "model"; readonly model: ModelReference }
  /** Another token of a model, by its text or its id. */
  | { readonly kind: "model_token"; readonly model: ModelReference; readonly token: string | number };

/** A token that a recipe gives a row, and that the output has in any case. */
export interface TokenRequest {
  readonly token: string;
  /** Absent: found as for every other token. */
  readonly source?: TokenSource;
  /** Whether the row goes also to models that have one of their own. */
  readonly force: boolean;
  /** Of the token's text. */
  readonly span: TextSpan;
}

/** What a recipe asks of the output's tokenizer. */
export interface TokenizerRequest {
  readonly key: "tokenizer" | "tokenizer_source";
  readonly source: "union" | "base" | ModelReference;
  readonly tokens: readonly TokenRequest[];
  readonly padToMultipleOf?: number;
  /** Of the key. */
  readonly span: TextSpan;
}

/** What a router is to send to an expert, and how the expert is made of its model. */
export interface MixtureExpert extends RouterPrompts {
  readonly model: ModelReference;
  /** Deviation of normal noise that is added to the matrices; 0 for none. */
  readonly noise: number;
  /** Multiplies the expert's last matrix; 1 for none. */
  readonly residual: number;
  readonly span: TextSpan;
}

/** A recipe of mergekit-moe: whole models beside each other, as the experts of one. */
export interface Mixture {
  readonly base: ModelReference;
  readonly gateMode: Spanned<GateMode>;
  readonly experts: readonly MixtureExpert[];
  /** Every token goes through it. */
  readonly shared?: MixtureExpert;
  readonly perToken: Spanned<number>;
  readonly dtype?: Spanned<OutputDType>;
  /** Which kind is asked for; the first that fits the models unless given. */
  readonly kind?: Spanned<MixtureKind>;
  /** Of `experts`. */
  readonly span: TextSpan;
}

/** Another recipe of the text, whose result is taken under its name and never written. */
export interface RecipeStage {
  readonly name: string;
  readonly recipe: Recipe;
}

/** A recipe as written, checked for structure alone. Exactly one of `models`, `slices` and `modules` is not empty. */
export interface Recipe extends RecipePart {
  /** Under which other recipes of the text take its result. */
  readonly name?: Spanned<string>;
  /** The recipes it takes the results of, each after those that it takes itself. */
  readonly stages: readonly RecipeStage[];
  /** Names of recipes of the text that nobody takes the results of: a misspelled reference may mean one. */
  readonly unused?: readonly string[];
  /** Where in the text it stands, if that holds several. */
  readonly range?: { readonly from: number; readonly to: number };
  readonly method: Spanned<string>;
  readonly modules: readonly ModuleItem[];
  readonly base?: ModelReference;
  readonly dtype?: Spanned<OutputDType>;
  readonly outDtype?: Spanned<OutputDType>;
  readonly tokenizer?: TokenizerRequest;
  /** `auto`, a name mergekit knows, or the template itself. */
  readonly chatTemplate?: Spanned<string>;
  /** A recipe with `experts`: its models stand in `models` as well, and nothing is merged. */
  readonly mixture?: Mixture;
  readonly extras: Extras;
}

/** What parsing gives: the recipe as far as it could be read, and everything to be said about the text. */
export interface ParsedRecipe {
  /** Absent when the text has no recipe's shape at all. With an `error` among the problems, parts may be missing from it. */
  readonly recipe?: Recipe;
  readonly problems: readonly Problem[];
}
