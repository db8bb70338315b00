import { describe, expect, it } from "vitest";
import { parseHubReference } from "./reference";

const SHA = "0123456789abcdef0123456789abcdef01234567";

describe("a model as a person names it", () => {
  it.each([
    ["acme/llama-3.1_8B", { repo: "acme/llama-3.1_8B" }],
    ["  gpt2 ", { repo: "gpt2" }],
    ["acme/llama@v1.0", { repo: "acme/llama", revision: "v1.0" }],
    [`acme/llama@${SHA}`, { repo: "acme/llama", revision: SHA }],
    ["acme/llama@refs/pr/3", { repo: "acme/llama", revision: "refs/pr/3" }],
    ["https://huggingface.co/acme/llama", { repo: "acme/llama" }],
    ["https://huggingface.co/acme/llama/?library=vllm#files", { repo: "acme/llama" }],
    ["huggingface.co/acme/llama", { repo: "acme/llama" }],
    ["https://hf.co/acme/llama/tree/dev", { repo: "acme/llama", revision: "dev" }],
    ["https://huggingface.co/acme/llama/tree/refs%2Fpr%2F1/sub", { repo: "acme/llama", revision: "refs/pr/1" }],
    ["https://huggingface.co/acme/llama/tree/refs/pr/1/sub", { repo: "acme/llama", revision: "refs/pr/1" }],
    [`https://huggingface.co/acme/llama/blob/${SHA}/config.json`, { repo: "acme/llama", revision: SHA }],
    ["https://huggingface.co/acme/llama/resolve/main/model.safetensors", { repo: "acme/llama", revision: "main" }],
    ["https://huggingface.co/acme/llama/discussions/4", { repo: "acme/llama" }],
    ["https://huggingface.co/gpt2/tree/main", { repo: "gpt2", revision: "main" }],
  ])("reads %s", (text, reference) => {
    expect(parseHubReference(text)).toEqual(reference);
  });

  it.each([
    "",
    "a small japanese model",
    "acme/llama/extra",
    "acme/",
    "/etc/passwd",
    "./models/a",
    "acme/..",
    "acme/a--b",
    "acme/llama@",
    "acme/llama@a b",
    "acme/llama@a..b",
    "acme/llama.git",
    "acme/-llama",
    "https://huggingface.co/datasets/acme/texts",
    "https://huggingface.co/spaces/acme/chat",
    "https://huggingface.co/",
    "https://example.com/acme/llama",
    "https://huggingface.co/acme/%E0%A4%A",
    "javascript:alert(1)",
  ])("finds no model in %j", (text) => {
    expect(parseHubReference(text)).toBeUndefined();
  });

  it("reads addresses of another Hub when told its base", () => {
    const text = "http://127.0.0.1:8080/acme/llama/tree/dev";
    expect(parseHubReference(text, "http://127.0.0.1:8080")).toEqual({ repo: "acme/llama", revision: "dev" });
    expect(parseHubReference(text)).toBeUndefined();
  });
});
