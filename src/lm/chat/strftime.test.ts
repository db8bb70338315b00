import { expect, it } from "vitest";
import { strftime } from "./strftime";

it("writes dates as Python does in the C locale", () => {
  const morning = new Date(2024, 6, 4, 0, 5, 9);
  const evening = new Date(2023, 11, 31, 23, 59, 1);
  expect(strftime(morning, "%A, %d %B %Y (%a %d %b %y)")).toBe("Thursday, 04 July 2024 (Thu 04 Jul 24)");
  expect(strftime(morning, "%Y-%m-%dT%H:%M:%S %I %p")).toBe("2024-07-04T00:05:09 12 AM");
  expect(strftime(evening, "%m/%d %I:%M %p, 100%%, %Q")).toBe("12/31 11:59 PM, 100%, %Q");
});
