import type { CsvOptions } from "../src/index.ts";

/** The words of a shell command, without their quotes. */
function words(text: string): readonly string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    // What follows an unquoted word belongs to the sentence.
    word.includes("'") ? word.replaceAll("'", "").replace(/;$/, "") : word.replaceAll('"', "").replace(/[;)]+$/, ""),
  );
}

/** The flags in a text, as the command line would take them. */
export function pastedOptions(text: string): CsvOptions {
  const found: Record<string, unknown> = {};
  const all = words(text);
  for (const [i, word] of all.entries()) {
    const [flag = "", inline] = word.startsWith("--") ? word.split(/=(.*)/, 2) : [];
    const value = inline ?? all[i + 1] ?? "";
    if (flag === "--time-zone") found["timeZone"] = value;
    if (flag === "--bad-rows") found["badRows"] = value;
    if (flag === "--price") found["price"] = value;
    if (flag === "--columns")
      found["columns"] = value.includes("=")
        ? Object.fromEntries(value.split(",").map((pair) => pair.split("=")))
        : value.split(",");
    if (flag === "--source-option") {
      const [name = "", option = ""] = value.split(/=(.*)/, 2);
      found[name] = /^\d+$/.test(option) ? Number(option) : option;
    }
  }
  return found;
}
