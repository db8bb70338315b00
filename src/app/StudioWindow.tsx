import { useMediaQuery } from "@mantine/hooks";
import { IconFileText, IconHistory, IconMessages, IconPlayerPlay, IconStack2 } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { ROOMS, type Room } from "../state/view";
import { useShortcuts } from "./commands/useShortcuts";
import { useStudio, useText } from "./context";
import { Dock } from "./dock/Dock";
import { PANELS } from "./dock/panels";
import { Header } from "./header/Header";
import { ModelsPanel } from "./models/ModelsPanel";
import { WindowDrop } from "./models/WindowDrop";
import { keepFocus } from "./parts/browser/keepFocus";
import { Notice } from "./parts/Notice";
import { RecipePanel } from "./recipe/RecipePanel";
import { RunPanel } from "./run/RunPanel";
import classes from "./StudioWindow.module.css";

const CommandPalette = lazy(() => import("./commands/CommandPalette"));
const HubDialog = lazy(() => import("./models/HubDialog"));
const Inspector = lazy(() => import("./models/Inspector"));
const ReviewDialog = lazy(() => import("./review/ReviewDialog"));
const ShareDialog = lazy(() => import("./review/ShareDialog"));

/** One window: models at the left, the recipe in the middle, the run at the right, history below. */
export function StudioWindow() {
  const [paletteRequest, setPaletteRequest] = useState(0);
  const openPalette = () => setPaletteRequest((request) => request + 1);
  useShortcuts(openPalette);
  useEffect(keepFocus, []);
  const narrow = useMediaQuery("(max-width: 900px)", false, { getInitialValueInEffect: false });
  return (
    <>
      <div className={classes.window}>
        <Header onPalette={openPalette} />
        {narrow ? <OneRoom /> : <AllRooms />}
      </div>
      <WindowDrop />
      <Notice />
      <Suspense>
        <Overlays />
        {paletteRequest > 0 && <CommandPalette request={paletteRequest} />}
      </Suspense>
    </>
  );
}

/** What opens over the window. Each is loaded when first wanted, and stays, so that it can close gently. */
function Overlays() {
  const hub = useOnce(useStudio((state) => state.dialog === "hub"));
  const share = useOnce(useStudio((state) => state.dialog === "share"));
  const inspector = useOnce(useStudio((state) => state.inspected !== undefined));
  const review = useOnce(useStudio((state) => state.review !== undefined));
  return (
    <>
      {hub && <HubDialog />}
      {share && <ShareDialog />}
      {inspector && <Inspector />}
      {review && <ReviewDialog />}
    </>
  );
}

/** Whether something has ever been true. */
function useOnce(now: boolean): boolean {
  const [ever, setEver] = useState(now);
  if (now && !ever) setEver(true);
  return ever || now;
}

function AllRooms() {
  const dock = useStudio((state) => state.dock);
  return (
    <main className={classes.rooms} data-dock={dock ?? "folded"}>
      <div className={classes.models}>
        <ModelsPanel />
      </div>
      <div className={classes.recipe}>
        <RecipePanel />
      </div>
      <div className={classes.run}>
        <RunPanel />
      </div>
      <div className={classes.history}>
        <Dock panels={PANELS} foldable />
      </div>
    </main>
  );
}

const ICONS = {
  models: IconStack2,
  recipe: IconFileText,
  run: IconPlayerPlay,
  compare: IconMessages,
  history: IconHistory,
};

/** Where the screen has room for one panel, tabs at the thumb choose it. */
function OneRoom() {
  const t = useText();
  const room = useStudio((state) => state.room);
  const show = useStudio((state) => state.show);
  const docked = PANELS.filter((panel) => panel.room === room);
  return (
    <>
      <main className={classes.oneRoom}>
        {room === "models" && <ModelsPanel />}
        {room === "recipe" && <RecipePanel />}
        {room === "run" && <RunPanel />}
        {docked.length > 0 && <Dock panels={docked} />}
      </main>
      <nav className={classes.tabs} aria-label={t.app.tagline}>
        {ROOMS.map((name: Room) => {
          const Icon = ICONS[name];
          return (
            <button
              key={name}
              type="button"
              className={classes.tab}
              {...(room === name && { "aria-current": "page" as const })}
              onClick={() => show({ room: name })}
            >
              <Icon size={18} aria-hidden />
              {t.app.rooms[name]}
            </button>
          );
        })}
      </nav>
    </>
  );
}
