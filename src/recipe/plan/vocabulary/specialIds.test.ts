import { describe, expect, it } from "vitest";
import { toyLlama } from "../../../model/checkpoint.testing";
import { b, LINEAR, plannedWith, problemIn, reportWith, toyVocabulary } from "../plan.testing";

const same = toyVocabulary(16);
const shifted = { ...same, tokens: same.tokens.map((_, id) => `t${(id + 1) % 16}`) };

describe("ids that configs name", () => {
  it("follow the tokenizer of another model, by token or by role, with a note", () => {
    const first = toyLlama("a", { config: { bos_token_id: 1, eos_token_id: [2, 3], pad_token_id: null } });
    const roles = [{ role: "eos" as const, id: 9 }];
    const known = { a: toyVocabulary(16, { 3: "<end>" }), b: { ...shifted, roles } };
    const report = reportWith(`${LINEAR}tokenizer_source: b`, [first, b], known);
    expect(report.plan?.config).toMatchObject({ bos_token_id: 0, eos_token_id: [1, 9], pad_token_id: null });
    expect(problemIn("plan/special-ids", report)).toMatchObject({
      severity: "note",
      facts: { keys: "bos_token_id 0, eos_token_id [1,9]" },
    });
    expect(report.plan?.sideFiles.find(({ path }) => path === "generation_config.json")).toMatchObject({
      kind: "edited",
      model: "a",
      edit: { kind: "ids", ids: { 1: 0, 2: 1, 3: 9 } },
    });
  });

  it("stay where the output's tokens begin with the donor's, and one that has no place is said", () => {
    const first = toyLlama("a", { config: { eos_token_id: 3 } });
    const known = { a: toyVocabulary(16, { 3: "<end>" }), b: shifted };
    expect(plannedWith(`${LINEAR}tokenizer: {}`, [first, b], known).config.eos_token_id).toBe(3);
    const report = reportWith(`${LINEAR}tokenizer_source: b`, [first, b], known);
    expect(problemIn("plan/special-id", report)).toMatchObject({
      severity: "warning",
      facts: { id: 3, token: '"<end>"' },
    });
    expect(report.plan?.config.eos_token_id).toBe(3);
  });
});
