import { AtcError, assertStoreKey, isAtcError } from "@atc/contract";

/** Options of `s3Store`. */
export interface S3StoreOptions {
  /** The name of the bucket, which must exist. */
  readonly bucket: string;
  /**
   * What all keys of the store start with in the bucket, such as `team/cache`: segments of `[A-Za-z0-9._-]`. A slash
   * follows it. Default: nothing.
   */
  readonly prefix?: string | undefined;
  /**
   * The URL of a compatible service. Default: the variable AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, or else AWS in the
   * region.
   */
  readonly endpoint?: string | undefined;
  /** The region of the bucket. Default: AWS_REGION or AWS_DEFAULT_REGION, or else us-east-1. */
  readonly region?: string | undefined;
  /**
   * Whether requests have the bucket in their path and not in their host. Default: true with an endpoint, and for a
   * bucket of AWS with a dot or a capital, whose host no certificate has.
   */
  readonly pathStyle?: boolean | undefined;
  /** The id of the access key. Default: AWS_ACCESS_KEY_ID. */
  readonly accessKeyId?: string | undefined;
  /** The secret of the access key. Default: AWS_SECRET_ACCESS_KEY. */
  readonly secretAccessKey?: string | undefined;
  /** The token of temporary credentials. Default: AWS_SESSION_TOKEN, if the id also comes from the environment. */
  readonly sessionToken?: string | undefined;
  /** Environment variables. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Milliseconds to repeat a request while the service cannot be reached or is overloaded. Default: 120,000. */
  readonly patienceMs?: number | undefined;
  /** Milliseconds without a byte after which a request counts as lost, and is repeated. Default: 10,000. */
  readonly idleMs?: number | undefined;
}

/** What signs requests. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/** Valid options with defaults filled in. */
export interface CheckedOptions {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  /** The URL of the bucket, without a slash at its end. */
  readonly url: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly patienceMs: number;
  readonly idleMs: number;
}

/** The longest delay of a timer. */
const longestMs = 2 ** 31 - 1;

/** Checks options and fills in defaults; ATC_INVALID_ARGUMENT names the member and never has a secret. */
export function checkOptions(options: S3StoreOptions): CheckedOptions {
  const { bucket, prefix = "", env = process.env, patienceMs = 120_000, idleMs = 10_000 } = options;
  if (typeof bucket !== "string" || !/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket))
    throw invalid("bucket", quoted(bucket), "give the name of a bucket, such as my-bucket");
  for (const [field, value, least] of [["patienceMs", patienceMs, 0] as const, ["idleMs", idleMs, 1] as const])
    if (!Number.isSafeInteger(value) || value < least || value > longestMs)
      throw invalid(field, quoted(value), `give an integer from ${least} to ${longestMs}`);
  const region = options.region ?? (env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "us-east-1");
  if (!/^[A-Za-z0-9-]{1,63}$/.test(region)) throw invalid("region", quoted(region), "give one such as eu-central-1");
  return {
    bucket,
    prefix: checkedPrefix(prefix),
    url: bucketUrl(options, region, env),
    region,
    credentials: credentialsOf(options, env),
    patienceMs,
    idleMs,
  };
}

function checkedPrefix(prefix: string): string {
  const bare = typeof prefix === "string" ? prefix.replace(/\/$/, "") : prefix;
  if (bare === "") return "";
  try {
    assertStoreKey(bare);
  } catch (cause) {
    if (!isAtcError(cause)) throw cause;
    throw invalid("prefix", quoted(prefix), 'give segments of [A-Za-z0-9._-] separated by "/"', cause);
  }
  return `${bare}/`;
}

type Environment = NonNullable<S3StoreOptions["env"]>;

function bucketUrl({ bucket, endpoint, pathStyle }: S3StoreOptions, region: string, env: Environment): string {
  const given = endpoint ?? (env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"] || undefined);
  if (pathStyle !== undefined && typeof pathStyle !== "boolean")
    throw invalid("pathStyle", quoted(pathStyle), "give true or false");
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = checkedUrl(given ?? `https://s3.${region}.${domain}`);
  const isInPath = pathStyle ?? (given !== undefined || !/^[a-z0-9-]{3,63}$/.test(bucket));
  if (isInPath) return `${url.href.replace(/\/+$/, "")}/${bucket}`;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw invalid("bucket", quoted(bucket), "a host cannot have this name; set pathStyle to true");
  url.host = `${bucket}.${url.host}`;
  return url.href.replace(/\/+$/, "");
}

function checkedUrl(text: unknown): URL {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.username || url?.password)
    throw invalid("endpoint", "a URL with a user or password", "give the access key by options or variables");
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw invalid("endpoint", quoted(text), "give a URL such as https://s3.example.com, without a query");
  return url;
}

/** An id of one key never comes with the secret or the token of another one. */
function credentialsOf(options: S3StoreOptions, env: Environment): Credentials {
  const isGiven = options.accessKeyId !== undefined || options.secretAccessKey !== undefined;
  const accessKeyId = isGiven ? options.accessKeyId : env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = isGiven ? options.secretAccessKey : env["AWS_SECRET_ACCESS_KEY"];
  const sessionToken = options.sessionToken ?? (isGiven ? undefined : env["AWS_SESSION_TOKEN"]);
  const members = { accessKeyId, secretAccessKey, sessionToken };
  for (const [field, value] of Object.entries(members))
    if (value !== undefined && value !== "" && !/^[\x21-\x7e]+$/.test(value))
      throw invalid(field, "not one word of ASCII", "give it without spaces and line breaks");
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
  throw invalid(
    accessKeyId ? "secretAccessKey" : "accessKeyId",
    "missing",
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN for temporary credentials",
  );
}

function quoted(value: unknown): string {
  return `"${String(value).slice(0, 200)}"`;
}

function invalid(field: string, value: string, remedy: string, cause?: unknown): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `the option ${field} of the store s3 is ${value}; ${remedy}`, {
    cause,
    details: { field },
  });
}
