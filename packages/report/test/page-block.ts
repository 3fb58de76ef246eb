import { type Block, openBlock } from "../src/reading/arrays.ts";

/** The base64 of the data block of a page. */
function blockText(page: string): string {
  return /id="atc-data">([^<]*)/.exec(page)?.[1] ?? "";
}

/** Opens the data block of a page with the code of the page. */
export function openPageBlock(page: string): Promise<Block> {
  return openBlock(blockText(page));
}
