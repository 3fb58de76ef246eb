import { AtcError, type AtcErrorCode } from "@atc/contract";
import { type HttpAnswer, type HttpRequest, PassingFault } from "@atc/plugin-kit";
import type { CheckedOptions } from "./options.ts";
import { elementText } from "./xml-text.ts";

/** A request that was refused. */
export interface Refused {
  readonly method: HttpRequest["method"];
  /** The key in the store, for messages. */
  readonly key: string;
  readonly answer: HttpAnswer;
}

/** The service's name of an error; "" if its answer has none. */
export function errorCode({ bytes }: Pick<HttpAnswer, "bytes">): string {
  return elementText(new TextDecoder().decode(bytes), "Code") ?? "";
}

/** Errors that a later request may not have. A sum that differs means that the bytes changed on their way. */
const passing: ReadonlySet<string> = new Set([
  "BadDigest",
  "IncompleteBody",
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "ServiceUnavailable",
  "SlowDown",
  "TemporaryRedirect",
  "XAmzContentSHA256Mismatch",
]);

type Words = readonly [AtcErrorCode, string];

const ofKey = (words: string): Words => [
  "ATC_INVALID_ARGUMENT",
  `${words}; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
];
const expired: Words = [
  "ATC_INVALID_ARGUMENT",
  "refuses the session token as expired or unknown; get new temporary credentials and set AWS_SESSION_TOKEN",
];
const full: Words = ["ATC_NO_SPACE", "has no space left; delete objects, or have the quota raised"];

/** What errors mean, by their names. The words continue `the service of "s3://bucket"`. */
const known: ReadonlyMap<string, Words> = new Map([
  ["InvalidAccessKeyId", ofKey("does not know the access key")],
  ["SignatureDoesNotMatch", ofKey("refuses the signature: the secret of the access key is wrong")],
  ["ExpiredToken", expired],
  ["InvalidToken", expired],
  ["TokenRefreshRequired", expired],
  [
    "NoSuchBucket",
    ["ATC_NOT_FOUND", "has no such bucket; create it, or check the name of the bucket and the endpoint"],
  ],
  ["InvalidBucketName", ["ATC_INVALID_ARGUMENT", "refuses the name of the bucket; check it"]],
  ["EntityTooLarge", ["ATC_NO_SPACE", "does not accept a value of this size; raise its limit"]],
  ["QuotaExceeded", full],
  ["XMinioStorageFull", full],
  ["XMinioAdminBucketQuotaExceeded", full],
  ["InvalidObjectState", ["ATC_UNSUPPORTED", "has archived the object; restore it there"]],
  ["NotImplemented", ["ATC_UNSUPPORTED", "does not support this request; use another service or its newer version"]],
]);

/** What an answer says that is neither a success nor an absence: an error, or {@link PassingFault}. */
export function answerFault(
  place: string,
  { bucket, region }: Pick<CheckedOptions, "bucket" | "region">,
  { method, key, answer }: Refused,
): AtcError | PassingFault {
  const { status, headers } = answer;
  const name = errorCode(answer);
  const shown = name === "" ? String(status) : `${status} ${name}`;
  const details = { status, ...(name === "" ? {} : { name }) };
  const fault = (code: AtcErrorCode, words: string, more: Readonly<Record<string, string | number>> = {}): AtcError =>
    new AtcError(code, `the service of "${place}" ${words} (${shown})`, { details: { ...details, ...more } });

  if (passing.has(name)) return new PassingFault(`it answered ${shown}`, { status });
  const words = known.get(name);
  if (words !== undefined) return fault(...words);
  if (name === "RequestTimeTooSkewed") return skewed(answer, fault);
  const text = new TextDecoder().decode(answer.bytes);
  const right = headers.get("x-amz-bucket-region") ?? elementText(text, "Region");
  const isElsewhere = status === 301 || name === "AuthorizationHeaderMalformed" || name === "PermanentRedirect";
  if (isElsewhere && right !== undefined && right !== "" && right !== region)
    return fault("ATC_INVALID_ARGUMENT", `has bucket "${bucket}" in region ${right}, not ${region}; set AWS_REGION`, {
      region: right.slice(0, 63),
    });
  if (status >= 300 && status < 400)
    return fault("ATC_NETWORK", "redirects to another place, which is not followed; check the endpoint and AWS_REGION");
  if (status === 401 || status === 403) return denied(method, key, fault);
  if (status === 507) return fault(...full);
  if (status === 501) return fault(...(known.get("NotImplemented") as Words));
  if (status === 408 || status === 429 || status >= 500) return new PassingFault(`it answered ${shown}`, { status });
  return fault("ATC_NETWORK", `refused "${key}"; check that the endpoint is an S3 service`);
}

type Fault = (code: AtcErrorCode, words: string, more?: Readonly<Record<string, string | number>>) => AtcError;

function denied(method: string, key: string, fault: Fault): AtcError {
  if (method === "PUT" || method === "DELETE")
    return fault(
      "ATC_READ_ONLY",
      `does not let the access key ${method === "PUT" ? "write" : "remove"} "${key}"; allow s3:${method === "PUT" ? "Put" : "Delete"}Object, or use another key`,
    );
  // Without the right to list, AWS denies the read of a key that does not exist.
  return fault(
    "ATC_INVALID_ARGUMENT",
    `does not let the access key read "${key}"; allow s3:GetObject and s3:ListBucket, or use another key`,
  );
}

function skewed({ bytes, headers }: HttpAnswer, fault: Fault): AtcError {
  const text = elementText(new TextDecoder().decode(bytes), "ServerTime") ?? headers.get("date") ?? "";
  const seconds = Math.round((Date.now() - Date.parse(text)) / 1000);
  const distance = Number.isNaN(seconds) ? "by minutes" : `by ${Math.abs(seconds)} s`;
  const side = Number.isNaN(seconds) ? "differs from its own" : seconds > 0 ? "is fast" : "is slow";
  return fault("ATC_NETWORK", `says that the clock of this machine ${side} ${distance}; set the clock`, {
    ...(Number.isNaN(seconds) ? {} : { skewSeconds: seconds }),
  });
}
