import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalHub } from "./server";

/** A server that is not the Hub and would like to have its token. */
export interface Stranger {
  readonly port: number;
  /** What it was asked, and what came along. */
  readonly asked: readonly { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders }[];
  clear(): void;
  close(): Promise<void>;
}

/** It lets pages send whatever they have. `/back?to=` sends on, everything else is ten bytes and claims to be right. */
export async function startStranger(): Promise<Stranger> {
  const asked: { method: string; url: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(({ method = "", url = "", headers }, response) => {
    asked.push({ method, url, headers });
    const welcome = {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Headers": "authorization, range",
      "Access-Control-Expose-Headers": "*",
    };
    const to = new URL(url, "http://stranger").searchParams.get("to");
    if (method === "OPTIONS") return void response.writeHead(204, welcome).end();
    if (to !== null) return void response.writeHead(302, { ...welcome, Location: to }).end();
    response.writeHead(206, { ...welcome, ETag: '"x"', "Content-Range": "bytes 0-0/10" }).end("x");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    clear: () => void asked.splice(0),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The Hub's name in these tests; it, and whatever ends in `.example`, must lead to this machine. */
export const HUB_NAME = "huggingface.co";

/** The address by which a Hub is meant when it is to be told from look-alikes. */
export function namedUrl(hub: LocalHub): string {
  return hub.url.replace("127.0.0.1", HUB_NAME);
}

/** Where a token must not go, and how an answer of the Hub may send there. */
export interface WayAstray {
  readonly name: string;
  readonly location: string;
  /** Whether anybody is reached there. A fetch across origins refuses addresses with a user in them. */
  readonly leads: boolean;
}

export function waysAstray(hub: LocalHub, { port }: Stranger): readonly WayAstray[] {
  const sendsTo = (host: string, to: string) => `http://${host}:${port}/back?to=${encodeURIComponent(to)}`;
  const ways = {
    "another server": `http://cdn.example:${port}/x`,
    "the same name at another port": `http://${HUB_NAME}:${port}/x`,
    "a name that begins with the Hub's": `http://${HUB_NAME}.evil.example:${port}/x`,
    "a name that ends with the Hub's": `http://not-${HUB_NAME}.example:${port}/x`,
    "a backslash in place of the path": `http://evil.example:${port}\\@${HUB_NAME}/x`,
    "another server, which sends back": sendsTo("cdn.example", `${namedUrl(hub)}/api/models`),
    "another server by way of a third": sendsTo("one.example", `http://two.example:${port}/x`),
  };
  const users = {
    "the Hub's name as a user": `http://${HUB_NAME}@evil.example:${port}/x`,
    "the Hub's address as user and password": `http://${HUB_NAME}:443@evil.example:${port}/x`,
  };
  return [
    ...Object.entries(ways).map(([name, location]) => ({ name, location, leads: true })),
    ...Object.entries(users).map(([name, location]) => ({ name, location, leads: false })),
    // The stranger does not speak TLS.
    { name: "an address without its scheme", location: `//cdn.example:${port}/x`, leads: hub.url.startsWith("http:") },
  ];
}
