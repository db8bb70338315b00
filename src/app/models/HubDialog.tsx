import { Badge, Button, Loader, Modal, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { isAbort } from "../../base/errors";
import type { HubHit } from "../../engine/protocol/protocol";
import { parseHubReference } from "../../hub/reference";
import { type Failure, failureOf } from "../../state/failure";
import { modelNames } from "../../state/models/models";
import { useFormats, useStudio, useText } from "../context";
import { FailureText } from "../parts/FailureText";
import { useOpened } from "../parts/useOpened";
import "../theme/dialogs";
import classes from "./HubDialog.module.css";

type Search =
  | { readonly status: "idle" }
  /** What was found before stays until the answer is here. */
  | { readonly status: "searching"; readonly hits: readonly HubHit[] }
  | { readonly status: "found"; readonly hits: readonly HubHit[] }
  | { readonly status: "failed"; readonly failure: Failure };

/** Finds a model on the Hub by id, address or words, and adds it. */
export default function HubDialog() {
  const t = useText();
  const opened = useOpened(useStudio((state) => state.dialog === "hub"));
  const show = useStudio((state) => state.show);
  const close = () => show({ dialog: undefined });
  return (
    <Modal opened={opened} onClose={close} title={t.hub.title} size={620} closeButtonProps={{ "aria-label": t.close }}>
      <HubSearch onDone={close} />
    </Modal>
  );
}

function HubSearch({ onDone }: { readonly onDone: () => void }) {
  const t = useText();
  const addModel = useStudio((state) => state.addModel);
  const hubUrl = useStudio((state) => state.hubUrl);
  const [text, setText] = useState("");
  const exact = text.includes("/") ? parseHubReference(text, hubUrl) : undefined;
  const search = useSearch(exact?.repo ?? text.trim());
  const add = (origin: { repo: string; revision?: string }) => {
    onDone();
    void addModel({ kind: "hub", ...origin });
  };
  return (
    <>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (exact) add(exact);
        }}
      >
        <TextInput
          className={classes.field}
          label={t.hub.label}
          placeholder={t.hub.placeholder}
          leftSection={<IconSearch size={14} />}
          rightSection={search.status === "searching" ? <Loader size={14} /> : undefined}
          size="sm"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit" size="sm" disabled={!exact}>
          {t.hub.add}
        </Button>
      </form>
      <div
        className={classes.results}
        hidden={search.status === "idle"}
        aria-live="polite"
        aria-busy={search.status === "searching"}
      >
        {search.status === "failed" && <FailureText failure={search.failure} />}
        {search.status === "found" && search.hits.length === 0 && !exact && (
          <Text c="dimmed" size="sm" p={12}>
            {t.hub.nothing}
          </Text>
        )}
        {search.status === "searching" && search.hits.length === 0 && (
          <Text c="dimmed" size="sm" p={12}>
            {t.hub.searching}
          </Text>
        )}
        {"hits" in search && search.hits.length > 0 && (
          <ul className={classes.list} aria-label={t.hub.results}>
            {search.hits.map((hit) => (
              <Hit key={hit.repo} hit={hit} onAdd={() => add({ repo: hit.repo })} />
            ))}
          </ul>
        )}
      </div>
      <Text c="dimmed" size="xs" mt={10}>
        {t.hub.hint}
      </Text>
    </>
  );
}

function Hit({ hit, onAdd }: { readonly hit: HubHit; readonly onAdd: () => void }) {
  const t = useText();
  const formats = useFormats();
  const loaded = useStudio((state) => modelNames(state.models).includes(hit.repo));
  return (
    <li>
      <UnstyledButton className={classes.hit} onClick={onAdd} disabled={loaded} aria-label={t.hub.addExactly(hit.repo)}>
        <span className={classes.repo}>{hit.repo}</span>
        {loaded && <Badge color="green">{t.models.loaded}</Badge>}
        {hit.gated && <Badge color="yellow">{t.hub.gated}</Badge>}
        <span className={classes.size}>{hit.parameters !== undefined && formats.parameters(hit.parameters)}</span>
        <span className={classes.about}>
          {t.hub.downloads(formats.parameters(hit.downloads))} · {t.hub.likes(formats.parameters(hit.likes))} ·{" "}
          {t.hub.updated(formats.date(hit.updated))}
        </span>
      </UnstyledButton>
    </li>
  );
}

/** Shorter texts match half the Hub. */
const SHORTEST_QUERY = 2;

function useSearch(text: string): Search {
  const searchHub = useStudio((state) => state.searchHub);
  const [query] = useDebouncedValue(text, 300);
  const [search, setSearch] = useState<Search>({ status: "idle" });
  useEffect(() => {
    if (query.length < SHORTEST_QUERY) {
      setSearch({ status: "idle" });
      return;
    }
    const control = new AbortController();
    setSearch((before) => ({ status: "searching", hits: "hits" in before ? before.hits : [] }));
    searchHub(query, control.signal).then(
      (hits) => setSearch({ status: "found", hits }),
      (error: unknown) => {
        if (!isAbort(error)) setSearch({ status: "failed", failure: failureOf(error) });
      },
    );
    return () => control.abort();
  }, [query, searchHub]);
  return search;
}
