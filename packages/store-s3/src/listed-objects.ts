import { PassingFault } from "@atc/plugin-kit";
import { elementText } from "./xml-text.ts";

/** An object of a bucket. */
interface ListedObject {
  /** Its whole key, with the prefix of the store. */
  readonly key: string;
  readonly size: number;
  /** When it was written, in ms since the epoch. Many services know only the second. */
  readonly modifiedAt: number;
}

/** A part of a list. */
export interface ListedPage {
  readonly objects: readonly ListedObject[];
  /** What asks for the next part; undefined for the last one. */
  readonly next: string | undefined;
}

/**
 * Reads an answer of ListObjectsV2.
 *
 * @throws PassingFault if it is not a whole list
 */
export function readListedPage(bytes: Uint8Array): ListedPage {
  const xml = new TextDecoder().decode(bytes);
  if (!/<\/ListBucketResult>\s*$/.test(xml)) throw new PassingFault("its list is not whole");
  const objects: ListedObject[] = [];
  for (const [, entry = ""] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = elementText(entry, "Key");
    const size = Number(elementText(entry, "Size") ?? "none");
    const modifiedAt = Date.parse(elementText(entry, "LastModified") ?? "");
    if (key === undefined || !Number.isSafeInteger(size) || Number.isNaN(modifiedAt))
      throw new PassingFault("its list has an entry that cannot be read");
    objects.push({ key, size, modifiedAt });
  }
  const isCut = elementText(xml, "IsTruncated") === "true";
  const next = elementText(xml, "NextContinuationToken");
  if (isCut && next === undefined) throw new PassingFault("its list has no continuation");
  return { objects, next: isCut ? next : undefined };
}
