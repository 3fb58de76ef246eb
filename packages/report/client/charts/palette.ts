const known = new Map<string, string>();
let theme: string | undefined;

/** A colour of the theme by the name of its CSS variable. Asked of the browser once per theme, which is slow. */
export function color(name: string): string {
  const root = document.documentElement;
  if (theme !== root.dataset["theme"]) {
    theme = root.dataset["theme"];
    known.clear();
  }
  let value = known.get(name);
  if (value === undefined) {
    value = getComputedStyle(root).getPropertyValue(`--${name}`).trim() || "#888";
    known.set(name, value);
  }
  return value;
}
