import { AtcError } from "@atc/contract";
import { reportCard } from "@atc/report";
import { loadResvg, type PackageFinder } from "./load-resvg.ts";

/** Which fonts a picture is drawn with. */
interface CardPainterOptions {
  /** Default: true. Without them there is no text. */
  readonly systemFonts?: boolean;
}

const letters =
  '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40"><text x="5" y="30" font-size="20" font-family="Arial, sans-serif">0A</text></svg>';

/**
 * Prepares to draw the cards of data blocks as PNG.
 *
 * @returns the bytes of the PNG of a data block
 * @throws what `loadResvg` throws; ATC_UNSUPPORTED if the system has no font, because resvg leaves out text then
 */
export async function createCardPainter(
  host: PackageFinder,
  { systemFonts = true }: CardPainterOptions = {},
): Promise<(block: Uint8Array) => Uint8Array> {
  const { Resvg } = await loadResvg(host);
  const options = { font: { loadSystemFonts: systemFonts } };
  if (new Resvg(letters, options).innerBBox() === undefined)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      "this system has no font, so the picture would have no text; install one: apt install fonts-dejavu-core (Debian, Ubuntu), apk add font-dejavu (Alpine) or dnf install dejavu-sans-fonts (Fedora)",
    );
  return (block) => new Resvg(reportCard(block), options).render().asPng();
}
