import { pathToFileURL } from "node:url";
import { AtcError } from "@atc/contract";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";

/** What is used of resvg's options. */
interface ResvgOptions {
  readonly font: { readonly loadSystemFonts: boolean };
}

/** What is used of a picture that resvg draws. */
interface ResvgPicture {
  render(): { asPng(): Uint8Array };
  /** The box of all that is to be seen; undefined if nothing is. */
  innerBBox(): object | undefined;
}

/** What is used of the package. */
interface ResvgModule {
  readonly Resvg: new (svg: string, options: ResvgOptions) => ResvgPicture;
}

const packageName = "@resvg/resvg-js";

/** Finds packages, and knows how they are installed. */
export type PackageFinder = Pick<InstalledPluginHost, "packageEntry" | "installLine">;

/**
 * Loads resvg, which users install in their project or beside `atc`.
 *
 * @throws ATC_MISSING_PLUGIN if they did not; ATC_UNTRUSTED if other users may change it; ATC_UNSUPPORTED if it does
 * not work on this machine
 */
export async function loadResvg(host: PackageFinder): Promise<ResvgModule> {
  const entry = await host.packageEntry(packageName);
  if (entry === undefined) {
    const install = host.installLine([packageName]);
    throw new AtcError(
      "ATC_MISSING_PLUGIN",
      `the picture of a report is drawn by ${packageName}, which is not installed; install it with: ${install}`,
      { details: { kind: "package", name: packageName, packages: [packageName], install } },
    );
  }
  try {
    const { default: resvg } = (await import(pathToFileURL(entry).href)) as { readonly default: ResvgModule };
    return resvg;
  } catch (cause) {
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the package ${packageName} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}; install it again on this machine, without omitting optional packages`,
      { cause, details: { package: packageName } },
    );
  }
}
