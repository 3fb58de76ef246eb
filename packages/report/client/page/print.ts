import { byId } from "./dom.ts";

/** Width of a plot on paper, in pixels. */
const paperWidth = 690;

/** Makes the page light and open while it is printed. `rebuild` makes the plots again, at a width or at their own. */
export function preparePrint(rebuild: (width?: number) => void): void {
  const root = document.documentElement;
  let theme: string | undefined;
  let folded: HTMLDetailsElement[] = [];
  window.addEventListener("beforeprint", () => {
    theme = root.dataset["theme"];
    root.dataset["theme"] = "light";
    folded = [...document.querySelectorAll("details")].filter((one) => !one.open && !one.classList.contains("keys"));
    for (const one of folded) one.open = true;
    rebuild(paperWidth);
  });
  window.addEventListener("afterprint", () => {
    if (theme !== undefined) root.dataset["theme"] = theme;
    for (const one of folded) one.open = false;
    rebuild();
  });
  byId("print")?.addEventListener("click", () => window.print());
}
