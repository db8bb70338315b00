// Runs on a fresh machine, before anything is installed: Node's own modules only.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const PAGE_SOURCES = [
  "index.html",
  "src",
  "shaders",
  "assembly",
  "scripts/assembly.ts",
  "prompts",
  "public",
  "vite.config.ts",
  "package-lock.json",
];
const MINIMUM_NODE = [20, 19];

/** Refuses a Node that is too old, and installs the locked packages when they are missing or stale. */
export function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    console.error(`Awase needs Node ${MINIMUM_NODE.join(".")} or newer, but this is ${process.versions.node}.`);
    process.exit(1);
  }
  const lock = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  if (existsSync(installed) && sameVersions(lock, installed)) return;
  console.error("Installing packages…");
  run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], process.stderr);
}

/** A checkout gives files new times; what counts is which versions are there. */
function sameVersions(lock, installed) {
  const versions = (path) =>
    Object.entries(JSON.parse(readFileSync(path, "utf8")).packages)
      .filter(([name, entry]) => name !== "" && !entry.optional && !entry.peer)
      .map(([name, { version }]) => `${name}@${version}`)
      .sort()
      .join("\n");
  return versions(lock) === versions(installed);
}

/**
 * Runs a command in the project's root, its output shown; ends this process when it fails.
 * @param output where its standard output goes: what a command prepares with is no part of what it prints
 */
export function run(command, args, output = process.stdout) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["inherit", output, "inherit"],
    shell: process.platform === "win32" && command === "npm", // there npm is a batch file, which needs a shell
  });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Builds with Vite, unless the last build came to its end and no source has changed since it began.
 * @param folder what is built, below the root
 * @param sources files and folders that it is built of, below the root
 */
export function buildIfStale(folder, config, sources, output) {
  const stamp = join(root, `${folder}.built`); // beside the folder, which each build empties
  const changed = newest(sources.map((path) => join(root, path)));
  if (existsSync(join(root, folder)) && changed < time(stamp)) return;
  const begun = new Date();
  rmSync(stamp, { force: true });
  run(process.execPath, [bin("vite"), "build", "--config", config, "--logLevel", "warn"], output);
  writeFileSync(stamp, "");
  utimesSync(stamp, begun, begun);
}

/** Builds the studio's page, if it must. @param output where the build's own standard output goes */
export function buildPage(output = process.stdout) {
  buildIfStale("dist/page", "vite.config.ts", PAGE_SOURCES, output);
}

/** Milliseconds since 1970 of the last change; a folder changes with what is removed from it. */
function newest(paths) {
  return Math.max(
    ...paths.map((path) =>
      statSync(path).isDirectory()
        ? Math.max(time(path), newest(readdirSync(path).map((name) => join(path, name))))
        : time(path),
    ),
  );
}

function time(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Path of a package's command, started with this Node: no shell, no npx. */
export function bin(packageName, command) {
  const home = join(root, "node_modules", packageName);
  const { bin: bins } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return join(home, typeof bins === "string" ? bins : bins[command ?? packageName]);
}

/** Whether a command exists. */
export function has(command) {
  try {
    execFileSync(process.platform === "win32" ? "where" : "which", [command], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
