import { byId } from "./dom.ts";

/** Lets a button change the theme. Until it is used, the theme follows the system. */
export function createThemeSwitch(onChange: () => void): void {
  const root = document.documentElement;
  const control = byId("theme");
  const name = (): void => {
    if (control !== undefined) control.textContent = root.dataset["theme"] === "dark" ? "Light" : "Dark";
  };
  const change = (theme: string): void => {
    root.dataset["theme"] = theme;
    name();
    onChange();
  };
  control?.addEventListener("click", () => {
    const theme = root.dataset["theme"] === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("atc-theme", theme);
    } catch {
      // A sandboxed frame has no storage; the theme holds until the page is closed.
    }
    change(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
    let chosen: string | null = null;
    try {
      chosen = localStorage.getItem("atc-theme");
    } catch {
      // Likewise.
    }
    if (chosen === null) change(matches ? "dark" : "light");
  });
  name();
}
