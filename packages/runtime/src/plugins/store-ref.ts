import type { InstalledPlugin } from "./installed-plugins.ts";

/** An array store that another thread can create: its plugin, and the options that it declares. Plain data. */
export interface StoreRef {
  /** The plugin of the store. */
  readonly plugin: InstalledPlugin;
  /** The options of the store. */
  readonly options: Readonly<Record<string, unknown>>;
}
