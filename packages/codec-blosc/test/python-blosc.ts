import { execFileSync } from "node:child_process";

function hasBlosc(python: string): boolean {
  try {
    execFileSync(python, ["-c", "import blosc"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A Python that has python-blosc: ATC_PYTHON, python3, or the system's; undefined if there is none. */
export const pythonWithBlosc: string | undefined = [process.env["ATC_PYTHON"], "python3", "/usr/bin/python3"].find(
  (python) => python !== undefined && hasBlosc(python),
);
