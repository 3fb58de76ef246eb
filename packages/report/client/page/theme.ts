// Runs in the head, before the first paint.
const root = document.documentElement;
let chosen: string | null = null;
try {
  chosen = localStorage.getItem("atc-theme");
} catch {
  // A sandboxed frame has no storage.
}
const isDark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
root.dataset["theme"] = isDark ? "dark" : "light";
root.classList.add("scripts");
