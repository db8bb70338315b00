import { serveThread } from "./thread";
import type { ThreadStart } from "./threads";

/* A thread of the WebAssembly device in a browser. */

addEventListener("message", (event: MessageEvent<ThreadStart>) => serveThread(event.data), { once: true });
