import { AwaseError } from "../base/errors";
import { hubError } from "./errors";
import type { HubNote } from "./types";

/** Refusals that a sign-in may lift. */
const LOCKED = new Set(["hub/not-found", "hub/gated-signin", "hub/gated-ask"]);

/**
 * Who we are to the Hub. Public models are read without a token, which is both safer and faster (a page that sends one has
 * to ask leave for every address); the token is shown only where the Hub refused without it. It is kept in memory alone.
 */
export class Access {
  #token: string | undefined;
  /** Models that opened with the token only. */
  readonly #locked = new Set<string>();

  /** @throws {AwaseError} `hub/bad-token` */
  constructor(
    token: string | undefined,
    host: string,
    private readonly onNote: (note: HubNote) => void,
  ) {
    if (token !== undefined && !token.startsWith("hf_")) throw hubError("hub/bad-token", { host });
    this.#token = token;
  }

  /** Runs a call about a model without the token, and with it if that is what it takes. */
  async open<T>(repo: string, call: (token: string | undefined) => Promise<T>): Promise<T> {
    if (this.#token === undefined) return call(undefined);
    if (this.#locked.has(repo)) return this.#signedIn(this.#token, call);
    try {
      return await call(undefined);
    } catch (error) {
      if (!(error instanceof AwaseError && LOCKED.has(error.code))) throw error;
      const answer = await this.#signedIn(this.#token, call);
      this.#locked.add(repo);
      return answer;
    }
  }

  async #signedIn<T>(token: string, call: (token: string) => Promise<T>): Promise<T> {
    try {
      return await call(token);
    } catch (error) {
      if (error instanceof AwaseError && error.code === "hub/token") {
        this.#token = undefined;
        this.onNote({ code: "hub/signed-out", message: error.message, facts: error.facts });
      }
      throw error;
    }
  }
}
