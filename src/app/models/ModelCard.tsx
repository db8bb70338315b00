import { ActionIcon, Badge, Button, Loader, Menu, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconDots, IconExternalLink, IconFlag, IconListSearch, IconPlus, IconTrash } from "@tabler/icons-react";
import type { ModelOrigin, ModelSummary } from "../../engine/protocol/protocol";
import { adaptedNames } from "../../state/models/adapters";
import { entryName, type ModelEntry } from "../../state/models/models";
import { useFormats, useStudio, useText } from "../context";
import { FailureText } from "../parts/FailureText";
import { Swatch } from "../parts/Swatch";
import { useRecipe } from "../recipe/useRecipe";
import { dtypeLabel } from "./dtypeLabel";
import classes from "./ModelsPanel.module.css";
import { pickFiles, pickFolder } from "./pickers";

interface ModelCardProps {
  readonly entry: ModelEntry;
  /** Place in the list: gives the model its colour. */
  readonly index: number;
}

/** One model: what it is, how big, where its bytes are. Opens its inspector. */
export function ModelCard({ entry, index }: ModelCardProps) {
  const t = useText();
  const { recipe } = useRecipe();
  const show = useStudio((state) => state.show);
  const stopped = useStudio((state) => state.engineFailure !== undefined);
  const name = entryName(entry);
  const isBase = recipe?.base?.key === name;
  return (
    <li className={classes.card} data-status={entry.status}>
      <div className={classes.head}>
        <Swatch index={index} base={isBase} />
        {entry.status === "ready" ? (
          <UnstyledButton
            className={classes.name}
            onClick={() => show({ inspected: entry.id })}
            aria-label={t.models.inspect(name)}
          >
            {name}
          </UnstyledButton>
        ) : (
          <span className={classes.name}>{name}</span>
        )}
        {isBase && <Badge color="gray">{t.models.base}</Badge>}
        <CardMenu entry={entry} name={name} />
      </div>
      <div className={classes.facts}>
        {entry.status === "ready" && <Facts summary={entry.summary} />}
        {entry.status === "opening" && !stopped && (
          <span className={classes.line}>
            <Loader size={11} /> {t.models.opening}
          </span>
        )}
        {entry.status === "failed" && <FailureText failure={entry.failure} />}
        {entry.status === "waiting" && (
          <Text size="xs" c="dimmed">
            {entry.needs === "permission" ? t.models.needsPermission : t.models.needsFiles}
          </Text>
        )}
        <Mend entry={entry} />
      </div>
    </li>
  );
}

function Facts({ summary }: { readonly summary: ModelSummary }) {
  const t = useText();
  const formats = useFormats();
  const { architecture, layers, parameters, dtypes, bytes, cachedBytes, origin, license, revision } = summary;
  const { adapter } = summary;
  const onHub = origin.kind === "hub";
  // Config and tokenizer are kept as well, and only what is all there may be called whole.
  const share = bytes === 0 ? 1 : Math.min(1, Math.floor((100 * cachedBytes) / bytes) / 100);
  const place = !onHub
    ? t.models.local
    : cachedBytes === 0
      ? t.models.notCached
      : t.models.cached(formats.percent(share));
  return (
    <>
      {adapter ? (
        <div className={classes.line} title={adapter.base}>
          <span>{t.models.adapter([...new Set(adapter.ranks)].join("–"), adapter.changes)}</span>
          {adapter.base && <span className={classes.ellipsis}>{t.models.adapterFor(adapter.base)}</span>}
        </div>
      ) : (
        <div className={classes.line} title={architecture}>
          <span className={classes.ellipsis}>{architecture}</span>
          <span className={classes.dot}>·</span>
          <span>{t.models.layers(layers)}</span>
        </div>
      )}
      <div className={classes.line}>
        <span className={classes.figure} title={t.models.parameters}>
          {formats.parameters(parameters)}
        </span>
        <span className={classes.chip}>{dtypes.map(dtypeLabel).join(" + ")}</span>
        <span>{formats.bytes(bytes)}</span>
        <span className={classes.place} data-local={share >= 1}>
          {place}
        </span>
      </div>
      {(license || (onHub && revision)) && (
        <div className={classes.line}>
          {license && <span className={classes.ellipsis}>{license}</span>}
          {onHub && revision && <code className={classes.commit}>{revision.slice(0, 7)}</code>}
        </div>
      )}
    </>
  );
}

/** What brings back a model that is not open. */
function Mend({ entry }: { readonly entry: ModelEntry }) {
  const t = useText();
  const attempt = useStudio((state) => state.attempt);
  const reopenModel = useStudio((state) => state.reopenModel);
  if (entry.status !== "failed" && entry.status !== "waiting") return null;
  const pickAgain = async (picking: Promise<ModelOrigin[]>) => {
    const [origin] = await picking;
    if (origin) await reopenModel(entry.id, origin);
  };
  // Nothing tells any more whether it was a folder or a file.
  const forgotten = entry.origin.kind === "files" && entry.origin.files.length === 0;
  const ways: readonly { label: string; act: () => Promise<void> }[] = forgotten
    ? [
        { label: t.models.folder, act: () => pickAgain(pickFolder()) },
        { label: t.models.files, act: () => pickAgain(pickFiles()) },
      ]
    : [{ label: entry.status === "failed" ? t.models.retry : t.models.allow, act: () => reopenModel(entry.id) }];
  return (
    <div className={classes.mend}>
      {ways.map(({ label, act }) => (
        <Button key={label} variant="default" size="compact-xs" onClick={() => attempt(act())}>
          {label}
        </Button>
      ))}
    </div>
  );
}

function CardMenu({ entry, name }: { readonly entry: ModelEntry; readonly name: string }) {
  const t = useText();
  const show = useStudio((state) => state.show);
  const attempt = useStudio((state) => state.attempt);
  const removeModel = useStudio((state) => state.removeModel);
  const hubUrl = useStudio((state) => state.hubUrl);
  const { recipe, change } = useRecipe();
  const models = useStudio((state) => state.models);
  const isListed = (key: string) => recipe?.models.some(({ model }) => model.key === key) ?? false;
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Tooltip label={t.models.actions(name)}>
          <ActionIcon size={22} aria-label={t.models.actions(name)} className={classes.menu}>
            <IconDots size={15} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {entry.status === "ready" && (
          <>
            <Menu.Item leftSection={<IconListSearch size={15} />} onClick={() => show({ inspected: entry.id })}>
              {t.models.inspectItem}
            </Menu.Item>
            {entry.summary.adapter ? (
              adaptedNames(models, name).map((adapted) => (
                <Menu.Item
                  key={adapted}
                  leftSection={<IconPlus size={15} />}
                  disabled={isListed(adapted)}
                  onClick={() => change.addModel(adapted)}
                >
                  {t.models.addBehind(adapted)}
                </Menu.Item>
              ))
            ) : (
              <>
                <Menu.Item
                  leftSection={<IconPlus size={15} />}
                  disabled={isListed(name)}
                  onClick={() => change.addModel(name)}
                >
                  {t.models.addToRecipe}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconFlag size={15} />}
                  disabled={recipe?.base?.key === name}
                  onClick={() => change.setBase(name)}
                >
                  {t.models.useAsBase}
                </Menu.Item>
              </>
            )}
          </>
        )}
        {entry.origin.kind === "hub" && (
          <Menu.Item
            component="a"
            href={`${hubUrl}/${entry.origin.repo}`}
            target="_blank"
            rel="noreferrer"
            leftSection={<IconExternalLink size={15} />}
          >
            {t.models.openOnHub}
          </Menu.Item>
        )}
        <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => attempt(removeModel(entry.id))}>
          {t.models.remove}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
