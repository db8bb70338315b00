import { expect, it } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import { keepDevice } from "./deviceKeeper";
import { losable } from "./losableDevice";

const open = async () => losable(openCpuDevice({ reason: "A test asks for it." }));

it("opens one device for all, when it is first asked for", async () => {
  let opened = 0;
  const keeper = keepDevice(() => {
    opened += 1;
    return open();
  });
  expect(keeper.current).toBeUndefined();
  const [a, b] = await Promise.all([keeper.get(), keeper.get()]);
  expect(a).toBe(b);
  expect(keeper.current).toBe(a);
  expect(opened).toBe(1);
});

it("opens another after the first was lost, or closed", async () => {
  const keeper = keepDevice(open);
  const first = await keeper.get();
  keeper.lose();
  await expect(first.settle()).rejects.toMatchObject({ code: "gpu/lost" });
  await first.lost;
  const second = await keeper.get();
  expect(second).not.toBe(first);
  keeper.close();
  expect(await keeper.get()).not.toBe(second);
});

it("tries again after opening failed", async () => {
  let tries = 0;
  const keeper = keepDevice(async () => {
    tries += 1;
    if (tries === 1) throw new Error("The driver is away.");
    return open();
  });
  await expect(keeper.get()).rejects.toThrow("The driver is away.");
  expect(await keeper.get()).toBe(keeper.current);
});
