import { zipMembers } from "../src/block/read-zip.ts";
import { zipArchive } from "../src/block/zip.ts";

type Json = Record<string, unknown>;

/** A data block with another `report.json`. */
export function blockWithJson(block: Uint8Array, change: (json: Json) => Json): Uint8Array {
  const members = [...zipMembers(block)].map(([name, bytes]) => {
    if (name !== "report.json") return { name, bytes };
    const json = change(JSON.parse(new TextDecoder().decode(bytes)) as Json);
    return { name, bytes: new TextEncoder().encode(JSON.stringify(json)) };
  });
  return zipArchive(members);
}
