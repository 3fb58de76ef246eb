import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { AtcError } from "@atc/contract";

type Environment = Readonly<Record<string, string | undefined>>;

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

/** The places outside of PATH in which installers of each platform put a browser. */
function usualPlaces(env: Environment): readonly string[] {
  if (process.platform === "darwin")
    return ["Google Chrome", "Chromium", "Microsoft Edge"].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  if (process.platform !== "win32") return [];
  const folders = ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((name) => env[name] ?? []);
  return folders.flatMap((folder) => [
    join(folder, "Google", "Chrome", "Application", "chrome.exe"),
    join(folder, "Microsoft", "Edge", "Application", "msedge.exe"),
  ]);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The program of a Chromium: that of `ATC_CHROMIUM`, else the first of the usual names on PATH and in the usual places.
 *
 * @throws ATC_NOT_FOUND if there is none, or if `ATC_CHROMIUM` does not name a program
 */
export function findChromium(env: Environment): string {
  const named = env["ATC_CHROMIUM"];
  if (named !== undefined && named !== "") {
    if (isProgram(named)) return named;
    throw new AtcError("ATC_NOT_FOUND", `ATC_CHROMIUM is "${named}", which is not a program; name that of a Chromium`, {
      details: { variable: "ATC_CHROMIUM", file: named },
    });
  }
  // A relative folder of PATH depends on the working directory, in which others may have put a program.
  const folders = (env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const places = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...usualPlaces(env)];
  const found = places.find(isProgram);
  if (found !== undefined) return found;
  throw new AtcError(
    "ATC_NOT_FOUND",
    "the whole page is drawn by Chromium, Chrome or Edge, and none is found; install one (apt install chromium), or name its program in ATC_CHROMIUM",
  );
}
