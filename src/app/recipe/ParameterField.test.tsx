import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { methodFacts } from "../../merge/registry";
import { historyOf } from "../../state/recipe/history";
import { type Showing, showing } from "../showing.testing";
import { ParameterField } from "./ParameterField";

function fieldOf(method: string, name: string, what: Showing = {}) {
  const known = methodFacts.find(({ id }) => id === method);
  const facts = { ...known?.globals, ...known?.perModel }[name];
  if (!facts) throw new Error(`${method} has no ${name}.`);
  const field = (
    <ParameterField
      name={name}
      method={method}
      owner="llama-ja"
      facts={facts}
      setting={undefined}
      inherited={undefined}
      colorIndex={0}
      place="recipe"
    />
  );
  return showing(field, { state: { recipe: historyOf(`merge_method: ${method}\n`) }, ...what });
}

describe("the name of a parameter", () => {
  it("tells what it does, where a pointer or the keyboard is on it", async () => {
    await fieldOf("ties", "density");
    const help = await screen.findByRole("button", { name: /^density: The share of changes that is kept/ });
    fireEvent.mouseEnter(help);
    expect((await screen.findByRole("tooltip")).textContent).toContain("Start at 0.5; 1 keeps all.");
  });

  it("tells it in Japanese", async () => {
    await fieldOf("ties", "density", { language: "ja" });
    expect(await screen.findByRole("button", { name: /^density: 残す変化の割合です。/ })).toBeTruthy();
  });

  it("tells what it means for this method, where that is something else", async () => {
    await fieldOf("nearswap", "t");
    expect(
      await screen.findByRole("button", { name: /^t: Within this distance the other model is taken whole/ }),
    ).toBeTruthy();
  });
});

describe("the number of a parameter", () => {
  it("says that it is required where the recipe and the method give none", async () => {
    await fieldOf("linear", "weight");
    expect(screen.getByRole("textbox", { name: "weight, llama-ja" }).getAttribute("placeholder")).toBe("required");
  });

  it("is written into the recipe", async () => {
    const studio = await fieldOf("ties", "density");
    const number = screen.getByRole("textbox", { name: "density, llama-ja" });
    fireEvent.change(number, { target: { value: "0.25" } });
    fireEvent.blur(number);
    expect(studio.getState().recipe.present).toMatch(/density: 0\.25/);
  });
});
