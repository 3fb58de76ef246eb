import { AtcError } from "@atc/contract";

/** Options of `httpStore`. */
export interface HttpStoreOptions {
  /** The URL of an area of the server: `http:` or `https:`, without user and password. */
  readonly url: string;
  /** What the server asks for. Default: the environment variable ATC_DATA_TOKEN, if it is set. */
  readonly token?: string | undefined;
  /** Milliseconds to repeat a request while the server cannot be reached or is overloaded. Default: 120,000. */
  readonly patienceMs?: number | undefined;
  /** Milliseconds without a byte after which a request counts as lost, and is repeated. Default: 10,000. */
  readonly idleMs?: number | undefined;
}

/** Valid options with defaults filled in. */
export interface CheckedOptions {
  /** Ends without a slash. */
  readonly url: string;
  readonly token: string | undefined;
  readonly patienceMs: number;
  readonly idleMs: number;
}

/** The longest delay of a timer. */
const longestMs = 2 ** 31 - 1;

/** Checks options and fills in defaults; ATC_INVALID_ARGUMENT names the member and never has the token. */
export function checkOptions({
  url,
  token = process.env["ATC_DATA_TOKEN"],
  patienceMs = 120_000,
  idleMs = 10_000,
}: HttpStoreOptions): CheckedOptions {
  for (const [field, value, least] of [["patienceMs", patienceMs, 0] as const, ["idleMs", idleMs, 1] as const])
    if (!Number.isSafeInteger(value) || value < least || value > longestMs)
      throw invalid(field, `"${String(value)}"`, `give an integer from ${least} to ${longestMs}`);
  if (token !== undefined && !/^[\x21-\x7e]*$/.test(token))
    throw invalid("token", "not one word of ASCII", "give the token of the server, without spaces and line breaks");
  return { url: checkedUrl(url), token: token === "" ? undefined : token, patienceMs, idleMs };
}

function checkedUrl(text: unknown): string {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalid("url", `"${String(text)}"`, "give a URL such as http://10.0.0.5:7400/cache");
  if (url.username !== "" || url.password !== "")
    throw invalid("url", "one with a user or password", "give the token by the option token or by ATC_DATA_TOKEN");
  if (url.search !== "" || url.hash !== "") throw invalid("url", `"${url.href}"`, "remove what follows its path");
  return url.href.replace(/\/+$/, "");
}

function invalid(field: string, value: string, remedy: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `the option ${field} of the HTTP store is ${value}; ${remedy}`, {
    details: { field },
  });
}
