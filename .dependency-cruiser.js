/** The floors of docs/architecture.md: a file imports from its own floor and from floors below, never from above. */
const floors = [
  ["base"],
  ["io", "formats", "compute"],
  ["hub", "model", "recipe", "tokens"],
  ["merge", "lm"],
  ["eval", "search", "align"],
  ["engine"],
  ["state"],
  ["app", "cli"],
];

const upward = floors.slice(0, -1).map((rooms, floor) => ({
  name: `floor-${floor}-looks-up`,
  comment: `src/{${rooms.join(",")}} may not import from a floor above it.`,
  severity: "error",
  from: { path: `^src/(${rooms.join("|")})/` },
  to: {
    path: `^src/(${floors
      .slice(floor + 1)
      .flat()
      .join("|")})/`,
  },
}));

export default {
  forbidden: [
    ...upward,
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "comlink-at-the-boundary",
      comment: "Only the worker and its client know that there is a worker.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/engine/boundary/" },
      to: { path: "node_modules/comlink" },
    },
    {
      name: "react-on-the-top-floor",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/app/" },
      to: { path: "node_modules/(react|react-dom|@mantine|recharts|@codemirror)/" },
    },
    {
      name: "state-without-react",
      severity: "error",
      from: { path: "^src/state/" },
      to: { path: "^src/app/|node_modules/react" },
    },
    {
      name: "hashing-comes-with-the-first-hash",
      comment: "Whoever hashes asks src/base/hashes.ts, which loads the code when it is first needed.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/base/hash|/hashWorker\\.ts$|\\.(test|testing)\\.ts$" },
      to: { path: "node_modules/hash-wasm" },
    },
    { name: "the-two-shells-are-strangers", severity: "error", from: { path: "^src/cli/" }, to: { path: "^src/app/" } },
    {
      name: "test-helpers-stay-in-tests",
      comment: "What a *.testing.ts offers is for tests, benches and other test helpers.",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.(test|testing)\\.tsx?$" },
      to: { path: "\\.testing\\.tsx?$" },
    },
    {
      name: "no-node-in-the-browser",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/|\\.(test|testing)\\.ts$|/node[^/]*\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default"] },
  },
};
