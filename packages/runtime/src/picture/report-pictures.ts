import { replaceFile } from "../output/replace-file.ts";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { createCardPainter } from "./card-painter.ts";
import { createPagePainter } from "./page-painter.ts";

/** The pictures of a report, which are written as PNG. */
export interface PictureFiles {
  /** The card: 1200 x 630 px. */
  readonly card?: string | undefined;
  /** The whole page, 1280 px wide. */
  readonly page?: string | undefined;
}

/** Writes the pictures of data blocks. */
export interface ReportPictures {
  /**
   * Writes them, and replaces files that exist. Returns the files.
   *
   * @throws ATC_CORRUPT_DATA, ATC_UNSUPPORTED for the block; ATC_UNSUPPORTED if Chromium fails; ATC_IO, ATC_NO_SPACE,
   * ATC_READ_ONLY
   */
  write(block: Uint8Array): Promise<readonly string[]>;
}

/**
 * Prepares to write pictures, so that what they lack is known before any work.
 *
 * @param signal - ends Chromium when it is aborted
 * @throws ATC_MISSING_PLUGIN if resvg is not installed, which draws the card; ATC_UNSUPPORTED if it does not work, or
 * if the system has no font; ATC_UNTRUSTED if other users may change it; ATC_NOT_FOUND if there is no Chromium, which
 * draws the page: `ATC_CHROMIUM` names one
 */
export async function openPictures(
  { host }: { readonly host: InstalledPluginHost },
  { card, page }: PictureFiles,
  signal?: AbortSignal,
): Promise<ReportPictures> {
  const paintCard = card === undefined ? undefined : await createCardPainter(host);
  const paintPage = page === undefined ? undefined : createPagePainter({ signal });
  return {
    async write(block) {
      const written: string[] = [];
      const write = async (file: string, bytes: Uint8Array): Promise<void> => {
        await replaceFile(file, [bytes]);
        written.push(file);
      };
      if (card !== undefined && paintCard !== undefined) await write(card, paintCard(block));
      if (page !== undefined && paintPage !== undefined) await write(page, await paintPage(block));
      return written;
    },
  };
}
