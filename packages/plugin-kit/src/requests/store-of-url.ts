/** A byte store that a URL names. */
export interface StoreOfUrl {
  /** The name of its plugin. */
  readonly name: "http" | "s3";
  /** The options that follow from the URL. */
  readonly options: Readonly<Record<string, string>>;
}

/** The byte store that a URL names; undefined for a URL of another kind. Opens nothing. */
export function storeOfUrl(url: string): StoreOfUrl | undefined {
  if (/^https?:\/\//.test(url)) return { name: "http", options: { url } };
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/?#@:]+)(?:\/([^?#]*))?$/.exec(url) ?? [];
  return bucket === "" ? undefined : { name: "s3", options: { bucket, prefix: prefix.replace(/\/+$/, "") } };
}
