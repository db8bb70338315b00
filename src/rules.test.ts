import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

/*
 * Rules of the house. Each forbids a whole kind of fault at once:
 *
 * - What an object inherits is not in it: `record[key]` and `key in record` with a key from anywhere find `constructor` and
 *   `__proto__` in every dictionary. `own(record, key)` does not.
 * - The arguments of a call lie on the stack: `push(...list)` and `Math.max(...list)` throw once a list is long enough.
 *   `append`, `largest` and `smallest` do not.
 * - A value asked for its text answers as it likes: `String(value)` of something read from JSON throws where that is
 *   `{"toString": 1}`. `inWords(value)` does not.
 * - A device's memory has one ledger: who divides a budget on his own does not know who else does.
 */

interface Breach {
  readonly rule: "index" | "in" | "spread" | "share" | "text";
  readonly place: string;
}

/** The functions that the rules send people to, and the wire over which a call's arguments are handed on. */
const EXEMPT = [
  "src/base/own.ts",
  "src/base/inWords.ts",
  "src/engine/boundary/serve.ts",
  "src/compute/memoryLedger.ts",
];

const isFactor = (kind: ts.SyntaxKind) =>
  kind === ts.SyntaxKind.SlashToken || kind === ts.SyntaxKind.AsteriskToken || kind === ts.SyntaxKind.PercentToken;
const isBudget = (node: ts.Node): boolean =>
  (ts.isParenthesizedExpression(node) && isBudget(node.expression)) ||
  (ts.isIdentifier(node) && /budgetBytes/i.test(node.text)) ||
  (ts.isPropertyAccessExpression(node) && isBudget(node.name));

function breaches(program: ts.Program, isChecked: (file: string) => boolean): readonly Breach[] {
  const checker = program.getTypeChecker();
  const found: Breach[] = [];

  /** Any text at all; a union of literals cannot be a word that nobody wrote. */
  const isAnyText = (node: ts.Node) => (checker.getTypeAtLocation(node).flags & ts.TypeFlags.String) !== 0;
  const isDictionary = (node: ts.Node) => {
    const type = checker.getApparentType(checker.getTypeAtLocation(node));
    return (type.isUnion() ? type.types : [type]).some(
      (part) => checker.getIndexInfoOfType(part, ts.IndexKind.String) !== undefined,
    );
  };

  /** A tuple, or arguments handed on: they were on the stack before. */
  const isBounded = (node: ts.Expression) => {
    if (checker.isTupleType(checker.getTypeAtLocation(node))) return true;
    const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration;
    return declaration !== undefined && ts.isParameter(declaration) && declaration.dotDotDotToken !== undefined;
  };

  /** Anything at all, or a dictionary: its text is what it says. What was caught may be made text: we throw it ourselves. */
  const isUnknown = (node: ts.Node) => {
    const type = checker.getTypeAtLocation(node);
    if ((type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) === 0) {
      return (type.flags & ts.TypeFlags.Object) !== 0 && isDictionary(node) && !checker.isArrayLikeType(type);
    }
    return !(ts.isIdentifier(node) && /^(?:error|cause|reason)$/.test(node.text));
  };

  const isTextOfUnknown = (node: ts.Node) => {
    if (ts.isTemplateSpan(node)) return isUnknown(node.expression);
    if (!ts.isCallExpression(node)) return false;
    const { expression, arguments: given } = node;
    const [first] = given;
    if (ts.isIdentifier(expression) && expression.text === "String") return first !== undefined && isUnknown(first);
    const isMap = ts.isPropertyAccessExpression(expression) && expression.name.text === "map";
    if (!isMap || !first || !ts.isIdentifier(first) || first.text !== "String") return false;
    const item = checker.getIndexTypeOfType(checker.getTypeAtLocation(expression.expression), ts.IndexKind.Number);
    return item === undefined || (item.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) !== 0;
  };

  const ruleOf = (node: ts.Node): Breach["rule"] | undefined => {
    if (isTextOfUnknown(node)) return "text";
    if (ts.isElementAccessExpression(node)) {
      const { expression, argumentExpression } = node;
      const open = !ts.isStringLiteralLike(argumentExpression) && isAnyText(argumentExpression);
      return open && isDictionary(expression) ? "index" : undefined;
    }
    if (ts.isBinaryExpression(node) && isFactor(node.operatorToken.kind)) {
      return isBudget(node.left) || isBudget(node.right) ? "share" : undefined;
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword) {
      return !ts.isStringLiteralLike(node.left) && isAnyText(node.left) ? "in" : undefined;
    }
    if (!ts.isSpreadElement(node) || !(ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent)))
      return undefined;
    return isBounded(node.expression) ? undefined : "spread";
  };

  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile || !isChecked(file.fileName)) continue;
    const visit = (node: ts.Node): void => {
      const rule = ruleOf(node);
      if (rule) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        found.push({ rule, place: `${file.fileName}:${line + 1} ${node.getText().slice(0, 80)}` });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** The project's compiler options, and its shipped sources by absolute path. */
function project() {
  const read = ts.readConfigFile("tsconfig.json", ts.sys.readFile).config;
  const { fileNames, options } = ts.parseJsonConfigFileContent(read, ts.sys, process.cwd());
  const isShipped = (file: string) =>
    /\/src\//.test(file) &&
    !/\/node_modules\/|\.(test|testing)\.tsx?$/.test(file) &&
    !EXEMPT.some((exempt) => file.endsWith(exempt));
  return { files: fileNames.filter(isShipped), options, isShipped };
}

it("no source looks up what an object inherits, spreads a list into a call, divides a budget, or asks a stranger for its text", {
  timeout: 240_000,
}, () => {
  const { files, options, isShipped } = project();
  expect(files.length).toBeGreaterThan(300);
  expect(breaches(ts.createProgram(files, options), isShipped)).toEqual([]);
});

const SAMPLES: readonly (readonly [string, readonly Breach["rule"][]])[] = [
  ["declare const r: Record<string, number>; declare const k: string; r[k];", ["index"]],
  ["declare const r: Record<string, number>; declare const k: string; r[k] = 1;", ["index"]],
  ["declare const r: { [key: string]: unknown } | undefined; declare const k: string; r?.[k];", ["index"]],
  ["declare const r: object; declare const k: string; k in r;", ["in"]],
  ["declare const l: number[]; Math.max(...l);", ["spread"]],
  ["declare const l: readonly string[]; const m: string[] = []; m.push('a', ...l);", ["spread"]],
  ["declare const l: Uint8Array; String.fromCharCode(...l);", ["spread"]],
  ["declare const r: Record<'a' | 'b', number>; declare const k: 'a' | 'b'; r[k];", []],
  ["declare const r: Record<string, number>; r['a']; 'a' in r;", []],
  ["declare const l: readonly number[]; declare const i: number; l[i];", []],
  ["declare const f: (a: number, b: number) => void; declare const p: [number, number]; f(...p); [...p];", []],
  ["declare const d: { budgetBytes: number }; d.budgetBytes / 2;", ["share"]],
  ["declare const budgetBytes: number; Math.floor(0.25 * (budgetBytes));", ["share"]],
  ["declare const budgetBytes: number; budgetBytes - 5; Math.min(budgetBytes, 5);", []],
  ["const f = (...l: number[]) => Math.max(...l); f(1);", []],
  ["declare const u: unknown; String(u);", ["text"]],
  [`declare const u: unknown; \`\${u}\`;`, ["text"]],
  ["declare const r: Record<string, unknown>; String(r);", ["text"]],
  ["declare const l: readonly unknown[]; l.map(String);", ["text"]],
  ["declare const l: readonly number[]; l.map(String); String(l[0]);", []],
  ["declare const u: unknown; if (typeof u === 'number') String(u);", []],
  ["try { } catch (error) { String(error); }", []],
];

it("the rules find what they forbid, and nothing else", { timeout: 60_000 }, () => {
  const texts = new Map(SAMPLES.map(([text], at) => [`/sample${at}.ts`, `{ ${text} } export {};`]));
  const options = { ...project().options, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version, true);
  };
  const found = breaches(ts.createProgram([...texts.keys()], options, host), (name) => texts.has(name));
  const rulesOf = (at: number) => found.filter(({ place }) => place.startsWith(`/sample${at}.ts:`));
  expect(SAMPLES.map(([text], at) => [text, rulesOf(at).map(({ rule }) => rule)])).toEqual(SAMPLES);
});

/** Files of a folder, tests and their helpers aside, and lines of a file: beyond these somebody looks for a seam. */
const MOST_FILES = 15;
const MOST_LINES = 400;

/** What has more, and why. */
const LARGER: Readonly<Record<string, string>> = {
  "src/merge/methods": "one file for each merge method",
};

it("folders are rooms, and files have one subject", () => {
  const found: string[] = [];
  const look = (folder: string) => {
    const entries = readdirSync(folder, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name)).map(({ name }) => name);
    if (files.filter((name) => !/\.(test|testing)\.tsx?$/.test(name)).length > MOST_FILES) found.push(folder);
    for (const file of files.map((name) => join(folder, name))) {
      if (readFileSync(file, "utf8").trimEnd().split("\n").length > MOST_LINES) found.push(file);
    }
    for (const entry of entries) if (entry.isDirectory()) look(join(folder, entry.name));
  };
  look("src");
  expect(found.filter((path) => !Object.hasOwn(LARGER, path))).toEqual([]);
});
