import { spawn } from "node:child_process";
import { once } from "node:events";
import { AtcError } from "@atc/contract";

/** The program of the system that opens a file with what the user has chosen for it. */
function opener(file: string): readonly [program: string, ...words: string[]] {
  if (process.platform === "darwin") return ["open", file];
  // The first word after `start` in quotes would be taken as a title.
  if (process.platform === "win32") return ["cmd", "/c", "start", "", file];
  return ["xdg-open", file];
}

/**
 * Opens a file in the program that the user has chosen for it, and does not wait for that program.
 *
 * @throws ATC_UNSUPPORTED if the system has no program that opens files
 */
export async function openFile(file: string): Promise<void> {
  const [program, ...words] = opener(file);
  const child = spawn(program, words, { detached: true, stdio: "ignore" });
  try {
    await once(child, "spawn");
  } catch (error) {
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `cannot open "${file}": "${program}" is not installed; open the file yourself`,
      {
        details: { file, program },
        cause: error,
      },
    );
  }
  child.unref();
}
