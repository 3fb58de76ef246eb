import { createHash } from "node:crypto";
import type { HttpRequest } from "@atc/plugin-kit";
import { AwsV4Signer } from "aws4fetch";
import type { CheckedOptions } from "./options.ts";

/** A request to a bucket. */
export interface BucketRequest extends Pick<HttpRequest, "method" | "body"> {
  /** What follows the URL of the bucket: `/KEY` or `?QUERY`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Signs requests with version 4 of AWS's signature, as of now. The signature covers a SHA-256 of the body. */
export function requestSigner({
  url,
  region,
  credentials,
}: Pick<CheckedOptions, "url" | "region" | "credentials">): (request: BucketRequest) => Promise<HttpRequest> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  // The key that signs is derived once per day.
  const cache = new Map<string, ArrayBuffer>();
  return async ({ method, path, headers, body }) => {
    const sha256 = createHash("sha256")
      .update(body ?? "")
      .digest("hex");
    const signed = await new AwsV4Signer({
      method,
      url: `${url}${path}`,
      headers: { ...headers, "x-amz-content-sha256": sha256 },
      service: "s3",
      region,
      cache,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    }).sign();
    // A proxy may compress what accepts it, and lengths would differ. It may change this header, so it is not signed.
    signed.headers.set("accept-encoding", "identity");
    return { method, url: signed.url.href, headers: Object.fromEntries(signed.headers), body };
  };
}
