/** The built page over HTTP, with the headers it needs. `hub`: origins models may be fetched from, instead of the Hub's own. */
export function serve(options?: {
  port?: number;
  host?: string;
  folder?: string;
  hub?: readonly string[];
}): Promise<{ readonly url: string; close(): Promise<void> }>;
