import { get, set } from "idb-keyval";
import { bringLater } from "./app/later";
import { mount } from "./app/mount";
import { connectEngine } from "./engine/boundary/client";
import { isShareFragment } from "./state/recipe/share";
import type { SessionStore } from "./state/sessionStore";
import { DEFAULT_HUB_URL } from "./state/settings";
import { beginVisit, createStudio } from "./state/studio";
import { Trials } from "./state/trial";

/** Where the last visit is kept: IndexedDB, since nothing else holds folder handles. */
const SESSION_KEY = "awase.session";
/** Where measurements are, and prompt sets that were added: beside the visit, since it is written with every tick of a slider. */
const RECORDS_KEY = "awase.measurements";
const PROMPTS_KEY = "awase.prompts";
/** What the next visit leaves aside should this one go down. */
const TRIAL_KEY = "awase.trial";
/** Names another Hub: a mirror, or the one of the end-to-end tests. What may be reached is the server's CSP to say. */
const HUB_KEY = "awase.hubUrl";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root.");

const stored = (key: string): SessionStore => ({ get: () => get(key), set: (value) => set(key, value) });

/** `localStorage`, which may be refused as a whole. */
const trials = new Trials({
  get: () => localStorage.getItem(TRIAL_KEY),
  set: (text) => localStorage.setItem(TRIAL_KEY, text),
});

const engine = connectEngine();
const studio = createStudio({
  trials,
  engine,
  recordStore: stored(RECORDS_KEY),
  promptStore: stored(PROMPTS_KEY),
  samplesUrl: new URL("samples", document.baseURI).href,
});

let forgotten = false;
/** The stored visit. What a page that went down still does is not written: the next one reads what there was. */
const session: SessionStore = {
  get: () => get(SESSION_KEY),
  set: async (value) => {
    if (!forgotten) await set(SESSION_KEY, value);
  },
};

mount(studio, root, {
  crashed: () => trials.hold(),
  async startAfresh() {
    forgotten = true;
    trials.startAfresh();
    location.reload();
  },
});

/** Takes a share link out of the address bar: a reload should not ask again. */
function takeFragment(): string {
  const fragment = location.hash;
  if (isShareFragment(fragment)) history.replaceState(null, "", location.pathname + location.search);
  return fragment;
}

// Who leaves or reloads a page that still answers saw it work; one that hangs, or could not be drawn, does not get here.
window.addEventListener("pagehide", () => trials.settle(["link", "before"]));

window.addEventListener("hashchange", () => {
  if (isShareFragment(location.hash)) void studio.getState().openShare(takeFragment());
});

void beginVisit(studio, {
  session,
  languages: navigator.languages,
  hubUrl: localStorage.getItem(HUB_KEY) ?? DEFAULT_HUB_URL,
  fragment: takeFragment(),
  trials,
}).finally(() => bringLater(engine));
