import { AtcError } from "@atc/contract";
import { type BlockJson, blockFormat, blockVersion } from "./block-format.ts";
import { blockShape } from "./block-shape.ts";
import { zipMembers } from "./read-zip.ts";

function damaged(what: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `the data of the report is damaged: ${what}; make the report again`, {
    ...(cause === undefined ? {} : { cause }),
  });
}

interface CheckedArchive {
  readonly json: unknown;
  readonly names: ReadonlySet<string>;
}

/** Reads an archive whose members are all as they were written. */
function checkedArchive(bytes: Uint8Array): CheckedArchive {
  try {
    const names = new Set<string>();
    let json: unknown;
    for (const [name, content] of zipMembers(bytes)) {
      names.add(name);
      if (name === "report.json") json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
    }
    return { json, names };
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error), error);
  }
}

/**
 * Reads the JSON of a data block, and checks the whole block.
 *
 * @throws ATC_CORRUPT_DATA for anything that `dataBlock` does not make; ATC_UNSUPPORTED for a block of a newer version
 */
export function readBlock(bytes: Uint8Array): BlockJson {
  const { json, names } = checkedArchive(bytes);
  const { format, version } = (json ?? {}) as Readonly<Record<string, unknown>>;
  if (format !== blockFormat) throw damaged(`its report.json has no member "format" of value "${blockFormat}"`);
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1)
    throw damaged('the member "version" of its report.json is not a whole number of 1 or more');
  if (version > blockVersion)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the data of the report has version ${version}, and this package reads versions up to ${blockVersion}; update the @atc packages`,
      { details: { version } },
    );
  const fault = blockShape(json, "");
  if (fault !== undefined) throw damaged(`the member "${fault}" of its report.json is not what a report has`);
  const block = json as BlockJson;
  for (const [name, { enc }] of Object.entries(block.arrays))
    if (enc !== "regular" && !names.has(`${name}.npy`)) throw damaged(`the array "${name}" is missing`);
  return block;
}
