/** The built page over HTTP, with the headers it needs. `hub`: origins models may be fetched from, instead of the Hub's own. */
export function serve(options?: {
  port?: number;
  host?: string;
  /** Host names under which the page may be asked for, besides this machine's. */
  names?: readonly string[];
  folder?: string;
  hub?: readonly string[];
}): Promise<{ readonly url: string; close(): Promise<void> }>;
