import { bucketServer } from "@atc/testing";
import { describe, expect, it } from "vitest";
import { s3Store } from "../src/index.ts";
import { checkOptions } from "../src/options.ts";

const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };

describe("options of a store in a bucket", () => {
  it.each([
    [{ bucket: "" }, "bucket"],
    [{ bucket: "a/b" }, "bucket"],
    [{ bucket: "Capital", pathStyle: false }, "bucket"],
    [{ bucket: "abc", prefix: "a//b" }, "prefix"],
    [{ bucket: "abc", prefix: "../up" }, "prefix"],
    [{ bucket: "abc", endpoint: "ftp://a" }, "endpoint"],
    [{ bucket: "abc", endpoint: "https://id:secret@a" }, "endpoint"],
    [{ bucket: "abc", endpoint: "https://a?x=secret" }, "endpoint"],
    [{ bucket: "abc", region: "eu west" }, "region"],
    [{ bucket: "abc", pathStyle: "yes" as never }, "pathStyle"],
    [{ bucket: "abc", patienceMs: -1 }, "patienceMs"],
    [{ bucket: "abc", idleMs: 0 }, "idleMs"],
    [{ bucket: "abc", accessKeyId: "id" }, "secretAccessKey"],
    [{ bucket: "abc", env: {} }, "accessKeyId"],
    [{ bucket: "abc", env: { AWS_ACCESS_KEY_ID: "id" } }, "secretAccessKey"],
    [{ bucket: "abc", accessKeyId: "id", secretAccessKey: "the secret" }, "secretAccessKey"],
  ])("%o are refused by %s", (options, field) => {
    const open = () => s3Store({ env, ...options });
    expect(open).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", details: { field } }));
  });

  it.each([
    [{ bucket: "my-bucket" }, {}, "https://my-bucket.s3.us-east-1.amazonaws.com"],
    [{ bucket: "my-bucket" }, { AWS_REGION: "eu-central-1" }, "https://my-bucket.s3.eu-central-1.amazonaws.com"],
    [{ bucket: "my.bucket" }, { AWS_DEFAULT_REGION: "eu-west-1" }, "https://s3.eu-west-1.amazonaws.com/my.bucket"],
    [{ bucket: "my-bucket", region: "cn-north-1" }, {}, "https://my-bucket.s3.cn-north-1.amazonaws.com.cn"],
    [{ bucket: "my-bucket", pathStyle: true }, {}, "https://s3.us-east-1.amazonaws.com/my-bucket"],
    [{ bucket: "my-bucket" }, { AWS_ENDPOINT_URL: "http://minio:9000/" }, "http://minio:9000/my-bucket"],
    [
      { bucket: "my-bucket" },
      { AWS_ENDPOINT_URL: "http://other", AWS_ENDPOINT_URL_S3: "http://minio:9000" },
      "http://minio:9000/my-bucket",
    ],
    [
      { bucket: "my-bucket", endpoint: "https://s3.example.com", pathStyle: false },
      { AWS_ENDPOINT_URL: "http://other" },
      "https://my-bucket.s3.example.com",
    ],
  ])("%o and the variables %o are the URL %s", (options, more, url) => {
    expect(checkOptions({ ...options, env: { ...env, ...more } }).url).toBe(url);
  });

  it("a key in options never gets the token of the environment's key", () => {
    const given = { accessKeyId: "own", secretAccessKey: "own-secret" };
    const { credentials } = checkOptions({ bucket: "abc", ...given, env: { ...env, AWS_SESSION_TOKEN: "token" } });
    expect(credentials).toEqual({ ...given, sessionToken: undefined });
    expect(checkOptions({ bucket: "abc", env: { ...env, AWS_SESSION_TOKEN: "token" } }).credentials).toEqual({
      accessKeyId: "id",
      secretAccessKey: "secret",
      sessionToken: "token",
    });
  });

  it("a session token is signed and sent", async () => {
    let sent: unknown;
    await using server = await bucketServer({
      bucket: "abc",
      fault(request) {
        sent = request.headers["x-amz-security-token"];
        return false;
      },
    });
    await using store = s3Store({ bucket: "abc", env: { ...server.env, AWS_SESSION_TOKEN: "a-token" } });
    expect(await store.get("a")).toBeUndefined();
    expect(sent).toBe("a-token");
  });

  it("a key that is too long with the prefix is refused before it is sent", async () => {
    await using server = await bucketServer({ bucket: "abc" });
    await using store = s3Store({ bucket: "abc", prefix: "p".repeat(200), env: server.env });
    const key = `${"k".repeat(199)}/`.repeat(4) + "k".repeat(199);
    await expect(store.set(key, new Uint8Array(1))).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    expect(server.requests).toEqual([]);
  });
});
