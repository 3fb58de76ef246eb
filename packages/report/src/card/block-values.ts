import type { BlockJson } from "../block/block-format.ts";
import { zipMembers } from "../block/read-zip.ts";
import { decodedValues, storedValues } from "../reading/decode-values.ts";

/**
 * The values of some arrays of a data block by name; those that it does not have are left out.
 *
 * @param json - of `readBlock`, which has checked the block
 */
export function blockValues(
  bytes: Uint8Array,
  json: BlockJson,
  names: readonly string[],
): ReadonlyMap<string, Float64Array> {
  const files = new Map<string, Uint8Array>();
  for (const [name, content] of zipMembers(bytes)) files.set(name, content);
  const values = new Map<string, Float64Array>();
  for (const name of names) {
    const entry = json.arrays[name];
    const file = files.get(`${name}.npy`);
    // A copy has a buffer of its own, in which doubles are aligned.
    if (entry !== undefined)
      values.set(name, decodedValues(entry, file === undefined ? [] : storedValues(new Uint8Array(file))));
  }
  return values;
}
