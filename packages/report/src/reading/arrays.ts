import type { ArrayEntry, BlockJson } from "../block/block-format.ts";
import { openArchive } from "./archive.ts";
import { decodedValues, storedValues } from "./decode-values.ts";

/** The data block: its JSON, and its arrays as doubles. */
export interface Block {
  readonly json: BlockJson;
  /** The values of an array; empty if the block has no such array. */
  values(name: string): Promise<Float64Array>;
  /** The description of an array. */
  entry(name: string): ArrayEntry | undefined;
}

/** Opens the data block of the page. */
export async function openBlock(base64: string): Promise<Block> {
  const archive = openArchive(base64);
  const text = await archive.read("report.json");
  const json = JSON.parse(new TextDecoder().decode(text)) as BlockJson;
  return {
    json,
    entry: (name) => json.arrays[name],
    async values(name) {
      const entry = json.arrays[name];
      if (entry === undefined) return new Float64Array(0);
      const file = await archive.read(`${name}.npy`);
      return decodedValues(entry, file === undefined ? [] : storedValues(file));
    },
  };
}
