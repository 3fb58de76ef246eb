import { readFileSync } from "node:fs";

/** What the build makes of the client: its script, its style sheet, and the notices of the libraries in it. */
export interface Assets {
  readonly script: string;
  readonly theme: string;
  readonly style: string;
  readonly notices: string;
}

let known: Assets | undefined;

/** Reads the client once. The sources and the compiled files are equally far from it. */
export function readAssets(): Assets {
  const read = (name: string): string => readFileSync(new URL(`../../dist/client/${name}`, import.meta.url), "utf8");
  known ??= {
    script: read("report.js"),
    theme: read("theme.js"),
    style: read("report.css"),
    notices: read("notices.txt"),
  };
  return known;
}
