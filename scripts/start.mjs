// `npm start`: installs what is missing, builds the page if it changed, serves it, prints where.
import { parseArgs } from "node:util";
import { serve } from "./serve.mjs";
import { buildPage, ensureInstalled } from "./setup.mjs";

const USAGE = `Usage: npm start -- [options]

  --port N     port (default: 5180, or any if that is taken)
  --host HOST  address to listen at (default: 127.0.0.1, this machine alone)
  --name NAME  name under which the page is asked for, where a proxy stands before it (may be given several times)`;

const { port, host, names } = readArguments();
ensureInstalled();
buildPage();

let studio;
try {
  studio = await serve({ port, host, names });
} catch (error) {
  if (error.code !== "EADDRINUSE") refuse(`Cannot listen at ${host}:${port} (${error.message}).`);
  studio = await serve({ host, names }); // somebody has that port: take any
}
console.log(
  `\n  Awase is at ${studio.url}\n  Open it in Chrome. Ctrl+C stops the server; nothing you merge leaves your machine.\n`,
);

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "5180" },
        host: { type: "string", default: "127.0.0.1" },
        name: { type: "string", multiple: true, default: [] },
      },
    });
    const port = Number(values.port);
    if (Number.isInteger(port) && port >= 0 && port <= 65535) return { port, host: values.host, names: values.name };
    return refuse(`--port is "${values.port}"; it must be a whole number from 0 to 65535.`);
  } catch (error) {
    return refuse(error.message);
  }
}

function refuse(mistake) {
  console.error(`${mistake}\n\n${USAGE}`);
  process.exit(2);
}
