import { Badge, Button, Loader, Select, Text } from "@mantine/core";
import type { DeviceInfo } from "../../compute/device";
import { DEVICE_PREFERENCES } from "../../compute/preference";
import { isRunning } from "../../state/runs/run";
import { useFormats, useStudio, useText } from "../context";
import { FactList } from "../parts/FactList";
import { FailureText } from "../parts/FailureText";
import { Section } from "../parts/Panel";
import classes from "./Run.module.css";

/** What computes: the adapter and its limits, or why it is the CPU. */
export function DeviceFacts() {
  const t = useText();
  const device = useStudio((state) => state.device);
  const failure = useStudio((state) => state.engineFailure);
  const startEngine = useStudio((state) => state.startEngine);
  return (
    <Section title={t.run.device} aside={device && <Kind device={device} />}>
      {failure ? (
        <>
          <Text size="sm" fw={600}>
            {t.failure.engine}
          </Text>
          <FailureText failure={failure} />
          <Button variant="default" onClick={() => void startEngine()}>
            {t.failure.again}
          </Button>
        </>
      ) : device ? (
        <Known device={device} />
      ) : (
        <Text c="dimmed" className={classes.inline}>
          <Loader size={12} /> {t.run.starting}
        </Text>
      )}
    </Section>
  );
}

function Kind({ device }: { readonly device: DeviceInfo }) {
  const t = useText();
  return (
    <span className={classes.badges}>
      <Badge color={device.kind === "webgpu" ? "ai" : "yellow"}>{t.run[device.kind]}</Badge>
      {device.kind === "webgpu" && device.software && (
        <Badge color="yellow" title={t.run.softwareHint}>
          {t.run.software}
        </Badge>
      )}
    </span>
  );
}

function Known({ device }: { readonly device: DeviceInfo }) {
  const t = useText();
  const formats = useFormats();
  const preference = useStudio((state) => state.devicePreference);
  const changeSettings = useStudio((state) => state.changeSettings);
  const running = useStudio((state) => isRunning(state.run));
  const memory = useStudio((state) => (isRunning(state.run) ? state.run.progress?.memory : undefined));
  const limits =
    device.kind === "webgpu"
      ? [
          { label: t.run.binding, value: formats.memory(device.maxBindingBytes) },
          { label: t.run.buffer, value: formats.memory(device.maxBufferBytes) },
        ]
      : [];
  return (
    <>
      <p className={classes.adapter} title={device.name}>
        {device.name}
      </p>
      {device.kind === "cpu" && (
        <Text size="xs" c="dimmed" mb={6}>
          {preference === "cpu" ? t.run.cpuChosen : t.run.cpuHint(reasonOf(device, t))}
        </Text>
      )}
      {device.kind === "wasm" && (
        <Text size="xs" c="dimmed" mb={6}>
          {preference === "wasm" ? t.run.wasmChosen : t.run.wasmHint(reasonOf(device, t))}
          {!crossOriginIsolated && ` ${t.run.oneThread}`}
        </Text>
      )}
      <FactList
        facts={[
          ...limits,
          { label: t.run.budget, value: formats.memory(device.budgetBytes) },
          ...(memory
            ? [
                { label: t.run.inUse, value: formats.memory(memory.lent) },
                { label: t.run.peak, value: formats.memory(memory.peak) },
              ]
            : []),
        ]}
      />
      <Select
        mt={8}
        aria-label={t.run.preference}
        value={preference}
        disabled={running}
        allowDeselect={false}
        onChange={(value) =>
          changeSettings({ devicePreference: DEVICE_PREFERENCES.find((known) => known === value) ?? "auto" })
        }
        data={[
          { value: "auto", label: t.run.auto },
          { value: "webgpu", label: t.run.webgpu },
          { value: "wasm", label: t.run.wasmOnly },
          { value: "cpu", label: t.run.cpuOnly },
        ]}
      />
    </>
  );
}

/** Why it is not WebGPU, in the page's language where the case is known. */
function reasonOf({ why, reason }: DeviceInfo, t: ReturnType<typeof useText>): string {
  return why === undefined || why === "asked" ? (reason ?? "") : t.run.why[why];
}
