/** What Tab stops at. */
const STOPS = "a[href], button, input:not([type=hidden]), textarea, [tabindex='0']";

function stopsIn(panel: Element): HTMLElement[] {
  return [...panel.querySelectorAll<HTMLElement>(STOPS)].filter(
    (element) => !element.matches(":disabled") && element.checkVisibility(),
  );
}

/**
 * Keeps the keyboard's place in a panel when what had the focus goes away: an item taken off a list, a button that became
 * another. The focus goes to the stop that stands in its place now, else it would fall back to the top of the window.
 * @returns the way to end this
 */
export function keepFocus(): () => void {
  let place: { readonly panel: Element; readonly element: HTMLElement; readonly index: number } | undefined;

  const enter = ({ target }: FocusEvent) => {
    const panel = target instanceof HTMLElement && target.closest("section[data-panel]");
    if (panel) place = { panel, element: target, index: stopsIn(panel).indexOf(target) };
  };
  /** A click beside everything gives the focus up on purpose; what is removed loses it all the same, and is gone then. */
  const leave = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget) return;
    queueMicrotask(() => {
      if (document.hasFocus() && place?.element.isConnected && !place.element.matches(":disabled")) place = undefined;
    });
  };
  const restore = () => {
    if (!place || document.activeElement !== document.body || place.element.isConnected) return;
    const stops = stopsIn(place.panel);
    stops[Math.min(place.index, stops.length - 1)]?.focus();
  };

  const changes = new MutationObserver(restore);
  changes.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("focusin", enter);
  document.addEventListener("focusout", leave);
  return () => {
    changes.disconnect();
    document.removeEventListener("focusin", enter);
    document.removeEventListener("focusout", leave);
  };
}
