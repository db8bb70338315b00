import { parse } from "@huggingface/jinja";
import { AwaseError } from "../../base/errors";
import { lmFailure } from "../failures";
import { tooMuch } from "./jinja/budget";
import { Interpreter } from "./jinja/interpreter";
import type { Body } from "./jinja/parse/nodes";
import { segmentsOf } from "./jinja/parse/source";
import { tokensOf } from "./jinja/parse/tokens";
import { toValue } from "./jinja/values/values";

/** Characters of a template. The longest that describe tools have some ten thousand. */
export const MAX_TEMPLATE_CHARACTERS = 256 * 1024;

/**
 * A jinja template from a model folder, which is not trusted: neither a loop nor a value that grows can hang the program. It
 * means what it means to transformers, that is to jinja2's immutable sandbox with `trim_blocks`, `lstrip_blocks`, loop
 * controls, `generation` blocks and a `tojson` of its own.
 */
export class BoundedTemplate {
  readonly #body: Body;

  /** @throws {AwaseError} `template/too-large`, `template/broken` */
  constructor(text: string) {
    if (text.length > MAX_TEMPLATE_CHARACTERS) throw tooLarge(text.length);
    try {
      this.#body = parse(tokensOf(segmentsOf(text))).body as unknown as Body; // nodes as `nodes.ts` describes them
    } catch (cause) {
      // The parser walks off the end of a template that stops inside of a block.
      const found =
        cause instanceof TypeError
          ? "it ends before a block is closed"
          : cause instanceof RangeError
            ? "it is nested too deeply"
            : reasonOf(cause);
      throw lmFailure("template/broken", { found }, cause);
    }
  }

  /**
   * @param variables JSON, and functions of up to three values
   * @throws {AwaseError} `template/too-much` past a limit, `template/refused` when the template itself raises an exception,
   *   `template/failed` for anything else that goes wrong inside of it
   */
  render(variables: Readonly<Record<string, unknown>>): string {
    const values = new Map(Object.entries(variables).map(([name, value]) => [name, toValue(value, name)]));
    try {
      return new Interpreter().render(this.#body, values);
    } catch (cause) {
      if (cause instanceof AwaseError) throw cause;
      // Thrown for a stack that is full and for strings no engine can hold.
      if (cause instanceof RangeError) throw tooMuch("nesting or length", "what can be held", cause);
      const found = reasonOf(cause);
      throw lmFailure("template/failed", { found }, cause);
    }
  }
}

function tooLarge(found: number): AwaseError {
  const facts = { what: "characters", found, limit: MAX_TEMPLATE_CHARACTERS };
  return lmFailure("template/too-large", facts);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
