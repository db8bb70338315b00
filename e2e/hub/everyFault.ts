import * as faults from "./faults";

/** What of the module spoils an answer. */
type Switch = Exclude<keyof typeof faults, "Faults">;

/** Every fault switch, as far along a body of some hundred kB as matters. One without a case here does not compile. */
export const EVERY_FAULT: Readonly<Record<Switch, Readonly<Record<string, faults.Fault>>>> = {
  status: Object.fromEntries(
    [401, 403, 404, 416, 418, 429, 500, 503].map((code) => [`status ${code}`, faults.status(code)]),
  ),
  moved: { "a redirect to where nobody listens": faults.moved("http://127.0.0.1:1/") },
  drop: { "no connection": faults.drop },
  reset: { "a connection that breaks at once": faults.reset(0), "a connection that breaks": faults.reset(50_000) },
  overlong: { "a length that promises more": faults.overlong(100) },
  cut: {
    "no bytes": faults.cut(0),
    "a shorter body": faults.cut(50_000),
    "no bytes, chunked": faults.cut(0, "chunked"),
    "a shorter body, chunked": faults.cut(50_000, "chunked"),
  },
  hang: { "a body that never comes": faults.hang(0), "a body that stops coming": faults.hang(50_000) },
  ignoreRange: { "the whole file for a range": faults.ignoreRange },
  shift: { "another range, and its name": faults.shift(8) },
  astray: { "another range under the right name": faults.astray(-8) },
  gzip: { "bytes compressed on the way": faults.gzip },
  slow: { "a body that comes slowly": faults.slow(20) },
  corrupt: { "one wrong bit": faults.corrupt(50_001) },
};

/** The faults one by one, with their names. */
export const FAULTS: readonly (readonly [name: string, fault: faults.Fault])[] = Object.values(EVERY_FAULT).flatMap(
  (cases) => Object.entries(cases),
);
