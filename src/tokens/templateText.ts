import { isObject, type UnknownObject } from "../formats/json";
import type { Folder } from "../io/types";
import { readFolderText, type TextFile } from "./folderText";

/**
 * The template in a file of its own; it goes before the one in `tokenizer_config.json`. Templates have a few kB, those that
 * describe tools some tens.
 */
const TEMPLATE_FILE: TextFile = { path: "chat_template.jinja", limit: 1024 * 1024 };

/**
 * The text of a folder's chat template, or undefined where it has none. Of several with names it is the one called `default`,
 * else the first.
 * @param config its `tokenizer_config.json`
 * @throws {AwaseError} `tokenizer/too-large`
 */
export async function readTemplateText(
  folder: Folder,
  config: UnknownObject,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await readFolderText(folder, TEMPLATE_FILE, signal)) ?? choose(config.chat_template);
}

/** A template is a text, or a list of texts with names. */
function choose(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const named = Array.isArray(value) ? value.filter(isObject) : [];
  const { template } = named.find(({ name }) => name === "default") ?? named[0] ?? {};
  return typeof template === "string" ? template : undefined;
}
