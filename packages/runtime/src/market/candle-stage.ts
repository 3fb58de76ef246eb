import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AtcError, absentOnly, type DatasetLock, fromSystemError, type JsonObject } from "@atc/contract";
import { type CandleFile, openCandleFile } from "./candle-file.ts";

/** The folder of fetched candles that are not yet in the dataset. A later run continues in it. */
export interface CandleStage {
  /** A folder for other files of the run. */
  readonly scratch: string;
  /** The file of a symbol. Dispose it. */
  open(symbol: string): Promise<CandleFile>;
}

const folderName = "candles";
const subjectName = "subject.json";

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(absentOnly)) !== undefined;
}

/** The candles that a killed run left. A run that was killed while it took them over leaves them one folder deeper. */
async function leftIn(abandoned: string | undefined): Promise<string | undefined> {
  for (let folder = abandoned; folder !== undefined && (await isThere(folder)); folder = join(folder, "abandoned"))
    if (await isThere(join(folder, folderName))) return join(folder, folderName);
  return undefined;
}

/**
 * The stage of a lock. `subject` says what is fetched; candles that a killed run left are taken over only if theirs is
 * the same.
 *
 * @throws ATC_UNSUPPORTED if the store has no folder for it; ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO
 */
export async function openCandleStage({ scratch, abandoned }: DatasetLock, subject: JsonObject): Promise<CandleStage> {
  if (scratch === undefined) throw new AtcError("ATC_UNSUPPORTED", "this store has no place for fetched candles");
  const folder = join(scratch, folderName);
  const text = JSON.stringify(subject);
  try {
    const left = await leftIn(abandoned);
    const isSame = left !== undefined && (await readFile(join(left, subjectName), "utf8").catch(absentOnly)) === text;
    if (isSame) await rename(left, folder);
    if (abandoned !== undefined) await rm(abandoned, { recursive: true, force: true });
    if (!isSame) {
      await mkdir(folder);
      await writeFile(join(folder, subjectName), text);
    }
  } catch (error) {
    throw fromSystemError(error, `cannot keep fetched candles in "${folder}"`, "check the space on the disk");
  }
  return {
    scratch,
    open: (symbol) => {
      const name = createHash("sha256").update(symbol).digest("hex").slice(0, 32);
      return openCandleFile(join(folder, `${name}.candles`));
    },
  };
}
