// `npm start`: installs what is missing, builds the page, serves it, prints where.
import { parseArgs } from "node:util";
import { serve } from "./serve.mjs";
import { bin, ensureInstalled, root, run } from "./setup.mjs";

const { values } = parseArgs({
  options: { port: { type: "string", default: "5180" }, host: { type: "string", default: "127.0.0.1" } },
});

ensureInstalled();
run(process.execPath, [bin("vite"), "build", "--logLevel", "warn", root]);

let studio;
try {
  studio = await serve({ port: Number(values.port), host: values.host });
} catch (error) {
  if (error.code !== "EADDRINUSE") throw error;
  studio = await serve({ host: values.host }); // somebody has that port: take any
}
console.log(
  `\n  Awase is at ${studio.url}\n  Open it in Chrome. Ctrl+C stops the server; nothing you merge leaves your machine.\n`,
);
