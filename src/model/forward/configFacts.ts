import { own } from "../../base/own";
import { isObject, quoted } from "../../formats/json";
import { modelFailure } from "../failures";
import type { JsonObject } from "../model";

/** Values of a `config.json`, or of an object in it, each of the type it must have. `null` counts as absent. */
export class ConfigFacts {
  constructor(
    private readonly values: JsonObject,
    private readonly path = "",
  ) {}

  /** Whether it has a value there. */
  has(key: string): boolean {
    return this.#value(key) !== undefined;
  }

  /** Whatever it has there. */
  value(key: string): unknown {
    return this.#value(key);
  }

  /** Whether it names the key, be it to say `null`. */
  names(key: string): boolean {
    return Object.hasOwn(this.values, key);
  }

  /** A whole number from 1. @throws {AwaseError} `lm/config`, also when it is absent and there is no fallback */
  count(key: string, fallback?: number): number {
    const value = this.#value(key) ?? fallback;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
    return this.#wrong(key, "a whole number from 1");
  }

  /** @throws {AwaseError} `lm/config` */
  number(key: string, fallback?: number): number {
    const value = this.#value(key) ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.#wrong(key, "a number");
  }

  /** @throws {AwaseError} `lm/config` */
  optionalNumber(key: string): number | undefined {
    return this.has(key) ? this.number(key) : undefined;
  }

  /** @throws {AwaseError} `lm/config` */
  flag(key: string, fallback: boolean): boolean {
    const value = this.#value(key) ?? fallback;
    return typeof value === "boolean" ? value : this.#wrong(key, "true or false");
  }

  /** @throws {AwaseError} `lm/config` */
  text(key: string, fallback?: string): string {
    const value = this.#value(key) ?? fallback;
    return typeof value === "string" ? value : this.#wrong(key, "a text");
  }

  /** @throws {AwaseError} `lm/config` */
  numbers(key: string): readonly number[] | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    const isNumber = (entry: unknown): entry is number => typeof entry === "number" && Number.isFinite(entry);
    return Array.isArray(value) && value.every(isNumber) ? value : this.#wrong(key, "a list of numbers");
  }

  /** A list of `length` numbers. @throws {AwaseError} `lm/config` */
  numbersOf(key: string, length: number): readonly number[] {
    const numbers = this.numbers(key);
    return numbers?.length === length ? numbers : this.#wrong(key, `a list of ${length} numbers`);
  }

  /** @throws {AwaseError} `lm/config` */
  texts(key: string): readonly string[] | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    const isText = (entry: unknown): entry is string => typeof entry === "string";
    return Array.isArray(value) && value.every(isText) ? value : this.#wrong(key, "a list of texts");
  }

  /** What one of the known texts stands for. @throws {AwaseError} `lm/unsupported` for another one, `lm/config` */
  oneOf<T>(key: string, known: Readonly<Record<string, T>>, fallback: string): T {
    const text = this.text(key, fallback);
    const chosen = own(known, text);
    return chosen ?? unsupported(`${this.path}${key}`, text, Object.keys(known));
  }

  /** The object under a key. @throws {AwaseError} `lm/config` */
  object(key: string): ConfigFacts | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    return isObject(value) ? new ConfigFacts(value, `${this.path}${key}.`) : this.#wrong(key, "an object");
  }

  #value(key: string): unknown {
    return own(this.values, key) ?? undefined;
  }

  #wrong(key: string, expected: string): never {
    const value = this.#value(key);
    const found = value === undefined ? "nothing" : quoted(JSON.stringify(value));
    const name = `${this.path}${key}`;
    throw modelFailure("lm/config", { key: name, found, expected });
  }
}

/** @throws {AwaseError} `lm/unsupported` */
export function unsupported(key: string, found: string, known: readonly string[]): never {
  throw modelFailure("lm/unsupported", { key, found, expected: known.join(", ") });
}
