import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Options of {@link bucketServer}. */
export interface BucketServerOptions {
  /** The name of its only bucket. */
  readonly bucket: string;
  /** The most objects in one answer to a list. Default: 1,000. */
  readonly pageSize?: number | undefined;
  /** Answers a request instead of the bucket, and returns true; called before anything else. */
  readonly fault?: ((request: IncomingMessage, answer: ServerResponse) => boolean) | undefined;
}

/** A server of S3 on this machine, in memory, with one bucket. Disposal ends it. */
export interface BucketServer extends AsyncDisposable {
  /** Its URL, in whose path the bucket is. */
  readonly endpoint: string;
  /** The variables of the environment with which clients reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** The objects by key. */
  readonly objects: Map<string, BucketObject>;
  /** The requests so far, as `GET key`, `GET key bytes=0-9` and `GET ?prefix`. */
  readonly requests: readonly string[];
}

/** An object of a bucket. */
export interface BucketObject {
  /** Its content, which a test may change. */
  bytes: Uint8Array;
  /** When it was written, in ms since the epoch. Lists show the second. */
  modifiedAt: number;
}

const accessKeyId = "AKIATESTS";
const secretAccessKey = "the+secret/of+these/tests";
const region = "eu-test-1";
/** The largest difference of clocks that S3 accepts, in ms. */
const mostSkewMs = 900_000;

/**
 * Starts a server that answers GET, HEAD, PUT, DELETE and ListObjectsV2 as S3 documents them. It checks signatures of
 * version 4, clocks and digests of bodies.
 */
export async function bucketServer(options: BucketServerOptions): Promise<BucketServer> {
  const { bucket } = options;
  const objects = new Map<string, BucketObject>();
  const requests: string[] = [];
  const server = createServer((request, answer) => {
    if (options.fault?.(request, answer) === true) return;
    void serve(request, answer).catch(() => answer.destroy());
  });

  async function serve(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(request.url ?? "/", "http://localhost");
    const key = url.pathname.slice(bucket.length + 2);
    const { method = "", headers } = request;
    const what = key === "" ? `?${url.searchParams.get("prefix") ?? ""}` : key;
    requests.push(`${method} ${what}${headers.range === undefined ? "" : ` ${headers.range}`}`);
    const refused = signatureFault(request, url, body);
    if (refused !== undefined) return refuse(answer, ...refused);
    if (url.pathname !== `/${bucket}` && !url.pathname.startsWith(`/${bucket}/`))
      return refuse(answer, 404, "NoSuchBucket");
    if (key === "") return list(url.searchParams, answer);
    if (method === "PUT") {
      objects.set(key, { bytes: new Uint8Array(body), modifiedAt: Date.now() });
      return void answer.writeHead(200, { "content-length": 0 }).end();
    }
    if (method === "DELETE") {
      objects.delete(key);
      return void answer.writeHead(204).end();
    }
    const found = objects.get(key);
    if (found === undefined) return refuse(answer, 404, "NoSuchKey");
    send(found.bytes, headers.range, answer);
  }

  function list(query: URLSearchParams, answer: ServerResponse): void {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort(byCode);
    const page = keys.slice(0, options.pageSize ?? 1000);
    const isCut = page.length < keys.length;
    const contents = page.map((key) => {
      const { bytes, modifiedAt } = objects.get(key) as BucketObject;
      const second = new Date(Math.floor(modifiedAt / 1000) * 1000).toISOString();
      return `<Contents><Key>${xmlText(key)}</Key><LastModified>${second}</LastModified><Size>${bytes.length}</Size></Contents>`;
    });
    const next = isCut ? `<NextContinuationToken>${xmlText(page.at(-1) ?? "")}</NextContinuationToken>` : "";
    const text = `<?xml version="1.0"?>\n<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
    answer.writeHead(200, { "content-type": "application/xml" }).end(text);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    env: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL_S3: endpoint,
    },
    objects,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The order of keys in lists, and of the fields of a query. */
function byCode(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function xmlText(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}

function refuse(answer: ServerResponse, status: number, code: string, more = ""): void {
  answer
    .writeHead(status, { "content-type": "application/xml" })
    .end(`<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>refused</Message>${more}</Error>`);
}

function send(bytes: Uint8Array, range: string | undefined, answer: ServerResponse): void {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (first === "" && last === "") {
    answer.writeHead(200, { "content-length": bytes.length }).end(bytes);
    return;
  }
  const start = first === "" ? Math.max(0, bytes.length - Number(last)) : Number(first);
  const end = first === "" || last === "" ? bytes.length : Math.min(bytes.length, Number(last) + 1);
  if (start >= end) refuse(answer, 416, "InvalidRange");
  else {
    const headers = { "content-length": end - start, "content-range": `bytes ${start}-${end - 1}/${bytes.length}` };
    answer.writeHead(206, headers).end(bytes.subarray(start, end));
  }
}

type Refusal = readonly [status: number, code: string, more?: string];

/** What is wrong with the signature of a request (AWS, "Create a signed AWS API request"). */
function signatureFault({ method, headers }: IncomingMessage, url: URL, body: Buffer): Refusal | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, id, day = "", signedRegion, names = "", signature] = form.exec(headers.authorization ?? "") ?? [];
  if (id === undefined) return [403, "AccessDenied"];
  if (id !== accessKeyId) return [403, "InvalidAccessKeyId"];
  if (signedRegion !== region) return [400, "AuthorizationHeaderMalformed", `<Region>${region}</Region>`];
  const time = String(headers["x-amz-date"]);
  const iso = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  if (!(Math.abs(Date.parse(iso) - Date.now()) <= mostSkewMs))
    return [403, "RequestTimeTooSkewed", `<ServerTime>${new Date().toISOString()}</ServerTime>`];
  const sha256 = createHash("sha256").update(body).digest("hex");
  const signed = names.split(";");
  const isComplete = ["host", "x-amz-content-sha256", "x-amz-date"].every((name) => signed.includes(name));
  const query = [...url.searchParams]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort(byCode)
    .join("&");
  const lines = signed.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, " ")}\n`).join("");
  const canonical = [method, url.pathname, query, lines, names, headers["x-amz-content-sha256"]].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  let key: Buffer | string = `AWS4${secretAccessKey}`;
  for (const part of [day, region, "s3", "aws4_request"]) key = createHmac("sha256", key).update(part).digest();
  const expected = createHmac("sha256", key).update(text).digest("hex");
  if (!isComplete || signature !== expected) return [403, "SignatureDoesNotMatch"];
  return headers["x-amz-content-sha256"] === sha256 ? undefined : [400, "XAmzContentSHA256Mismatch"];
}

/** As RFC 3986 escapes a part of a query. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
