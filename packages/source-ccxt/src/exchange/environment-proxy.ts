/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy of a URL by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, or their forms in lower case. */
export function proxyOf(url: string, env: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const value = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  for (const rule of (value("NO_PROXY") ?? "").split(/[\s,]+/)) {
    const [host = "", only] = rule.replace(/^\*?\./, "").split(":");
    if (host === "*") return undefined;
    if (host === "" || (only !== undefined && only !== port)) continue;
    if (hostname === host || hostname.endsWith(`.${host}`)) return undefined;
  }
  return value(protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? value("ALL_PROXY");
}
