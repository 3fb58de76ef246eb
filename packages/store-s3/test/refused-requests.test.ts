import type { IncomingMessage, ServerResponse } from "node:http";
import { type BucketServer, bucketServer } from "@atc/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type S3Store, type S3StoreOptions, s3Store } from "../src/index.ts";

type Fault = (answer: ServerResponse, request: IncomingMessage) => void;

let server: BucketServer | undefined;
let asked = 0;

/** A store whose server first answers with some faults, one for each request. */
async function faulty(faults: readonly Fault[], options: Partial<S3StoreOptions> = {}): Promise<S3Store> {
  asked = 0;
  server = await bucketServer({
    bucket: "bucket",
    fault(request, answer) {
      const fault = faults[asked++];
      // Reads the body, or else the next request of the connection would begin with it.
      if (fault !== undefined) request.on("end", () => fault(answer, request)).resume();
      return fault !== undefined;
    },
  });
  server.objects.set("a", { bytes: new TextEncoder().encode("0123456789"), modifiedAt: 1_700_000_000_123 });
  return s3Store({ bucket: "bucket", env: server.env, patienceMs: 30_000, idleMs: 300, ...options });
}

/** A server that answers each request alike. */
async function stubborn(fault: Fault, options: Partial<S3StoreOptions> = {}): Promise<S3Store> {
  return await faulty(
    Array.from({ length: 50 }, () => fault),
    options,
  );
}

const error =
  (status: number, code: string, more = "", headers: Readonly<Record<string, string>> = {}): Fault =>
  (answer) =>
    void answer.writeHead(status, headers).end(`<?xml version="1.0"?><Error><Code>${code}</Code>${more}</Error>`);

const firstOf = (store: S3Store): Promise<unknown> => store.list()[Symbol.asyncIterator]().next();

const text = async (bytes: Promise<Uint8Array | undefined>): Promise<string | undefined> => {
  const found = await bytes;
  return found === undefined ? undefined : Buffer.from(found).toString();
};

afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

describe("a store whose service fails", () => {
  it.each<[string, Fault]>([
    ["too many requests", error(503, "SlowDown")],
    ["an error of its own", error(500, "InternalError")],
    ["a limit", error(429, "TooManyRequests")],
    ["a request that came too slowly", error(400, "RequestTimeout")],
    ["a gateway", (answer) => void answer.writeHead(502).end("<html>bad gateway</html>")],
    ["a lost connection", (answer) => void answer.destroy()],
    ["silence", () => undefined],
    [
      "a cut answer",
      (answer) => {
        answer.writeHead(200, { "content-length": 10 });
        answer.write("0123", () => answer.destroy());
      },
    ],
    ["half an answer", (answer) => void answer.writeHead(200, { "content-length": 10 }).write("0123")],
  ])("asks again after %s", async (_, fault) => {
    await using store = await faulty([fault]);
    expect(await text(store.get("a"))).toBe("0123456789");
    expect(asked).toBe(2);
  });

  it("asks again for a part that is another part", async () => {
    const part =
      (range: string, bytes: string): Fault =>
      (answer) =>
        void answer.writeHead(206, { "content-range": range }).end(bytes);
    await using store = await faulty([
      part("bytes 0-1/10", "01"),
      part("bytes 2-4/10", "23"),
      part("bytes 2-5/10", "2345"),
      part("", "23"),
    ]);
    expect(await text(store.getRange("a", { offset: 2, length: 3 }))).toBe("234");
    expect(asked).toBe(5);
  });

  it("stores a value whose upload failed", async () => {
    await using store = await faulty([error(503, "SlowDown"), (answer) => void answer.destroy()]);
    await store.set("b", Uint8Array.of(1, 2, 3));
    expect(server?.objects.get("b")?.bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("sends bytes again that changed on their way", async () => {
    await using store = await faulty([error(400, "XAmzContentSHA256Mismatch"), error(400, "BadDigest")]);
    await store.set("b", Uint8Array.of(1));
    expect(asked).toBe(3);
  });

  it("asks again for a list that was cut or has no sizes", async () => {
    const listed =
      (xml: string): Fault =>
      (answer) =>
        void answer.writeHead(200).end(xml);
    const date = "<LastModified>2026-11-30T00:00:00.000Z</LastModified>";
    await using store = await faulty([
      listed("<ListBucketResult><Contents><Key>a</Key>"),
      listed(`<ListBucketResult><Contents><Key>a</Key>${date}</Contents></ListBucketResult>`),
      listed("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"),
    ]);
    const found = [];
    for await (const entry of store.list()) found.push(entry);
    expect(found).toEqual([{ key: "a", size: 10, accessedAt: 1_700_000_000_000 }]);
  });

  it("lists no objects of other programs", async () => {
    await using store = await faulty([]);
    const other = { bytes: new Uint8Array(1), modifiedAt: 0 };
    for (const key of ["with space", "a//b", "<&>", "../up"]) server?.objects.set(key, other);
    const keys = [];
    for await (const { key } of store.list()) keys.push(key);
    expect(keys).toEqual(["a"]);
  });

  it("gives up after its patience, and names the bucket", async () => {
    await using store = await stubborn(error(503, "SlowDown"), { patienceMs: 300 });
    await expect(store.get("a")).rejects.toMatchObject({ code: "ATC_NETWORK", details: { status: 503 } });
    await expect(store.get("a")).rejects.toThrow("s3://bucket");
  });

  it("knows that nothing serves", async () => {
    await using store = await faulty([], { patienceMs: 300 });
    await server?.[Symbol.asyncDispose]();
    await expect(store.get("a")).rejects.toMatchObject({ code: "ATC_NETWORK", details: { system: "ECONNREFUSED" } });
  });

  it("ends waiting if it is aborted or disposed", async () => {
    const store = await stubborn(() => undefined, { idleMs: 60_000 });
    const stop = new AbortController();
    const one = store.get("a", { signal: stop.signal });
    const other = store.set("a", new Uint8Array(1));
    stop.abort();
    await expect(one).rejects.toMatchObject({ code: "ATC_ABORTED" });
    await Promise.all([expect(other).rejects.toMatchObject({ code: "ATC_CLOSED" }), store[Symbol.asyncDispose]()]);
  });
});

describe("a refusal", () => {
  it.each<[string, Fault, string, string]>([
    ["a token that expired", error(400, "ExpiredToken"), "ATC_INVALID_ARGUMENT", "ATC_INVALID_ARGUMENT"],
    ["a key without rights", error(403, "AccessDenied"), "ATC_INVALID_ARGUMENT", "ATC_READ_ONLY"],
    ["a full quota", error(403, "QuotaExceeded"), "ATC_NO_SPACE", "ATC_NO_SPACE"],
    ["a value that is too large", error(400, "EntityTooLarge"), "ATC_NO_SPACE", "ATC_NO_SPACE"],
    ["an archived object", error(403, "InvalidObjectState"), "ATC_UNSUPPORTED", "ATC_UNSUPPORTED"],
    ["a redirect elsewhere", error(302, "Found", "", { location: "http://a.example/" }), "ATC_NETWORK", "ATC_NETWORK"],
    ["a service that is not S3", (answer) => void answer.writeHead(404).end("no"), "ATC_NETWORK", "ATC_NETWORK"],
    ["a teapot", error(418, "Teapot"), "ATC_NETWORK", "ATC_NETWORK"],
  ])("of %s is an error at once", async (_, fault, ofRead, ofWrite) => {
    await using store = await stubborn(fault);
    await expect(store.get("a")).rejects.toMatchObject({ code: ofRead });
    expect(asked).toBe(1);
    await expect(store.set("a", new Uint8Array(1))).rejects.toMatchObject({ code: ofWrite });
    expect(asked).toBe(2);
  });

  it("of another region names the right one", async () => {
    await using store = await faulty([], { region: "us-east-1" });
    const fault = { code: "ATC_INVALID_ARGUMENT", details: { region: "eu-test-1" } };
    await expect(store.get("a")).rejects.toMatchObject(fault);
    const moved = error(301, "PermanentRedirect", "", { "x-amz-bucket-region": "eu-test-1" });
    await server?.[Symbol.asyncDispose]();
    await using other = await stubborn(moved, { region: "us-east-1" });
    await expect(firstOf(other)).rejects.toMatchObject(fault);
  });

  it("of a clock says how wrong it is", async () => {
    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    await using store = await stubborn(error(403, "RequestTimeTooSkewed", `<ServerTime>${ahead}</ServerTime>`));
    const found = await store.get("a").catch((caught: unknown) => caught);
    expect(found).toMatchObject({ code: "ATC_NETWORK", message: expect.stringContaining("is slow by 3") });
    expect(asked).toBe(1);
  });

  it("does not read an absent bucket as absent values", async () => {
    await using store = await faulty([], { bucket: "another" });
    const fault = { code: "ATC_NOT_FOUND", details: { name: "NoSuchBucket" } };
    await expect(store.delete("a")).rejects.toMatchObject(fault);
    await expect(store.getRange("a", { offset: 0, length: 0 })).rejects.toMatchObject(fault);
  });

  it("does not take a whole answer for a part", async () => {
    await using store = await stubborn((answer) => void answer.writeHead(200).end("0123456789"));
    await expect(store.getRange("a", { offset: 1, length: 2 })).rejects.toMatchObject({ code: "ATC_UNSUPPORTED" });
  });

  it("has no secret in it", async () => {
    const secret = "a-secret-of-this-test";
    await using store = await faulty([], { accessKeyId: "AKIATESTS", secretAccessKey: secret, sessionToken: secret });
    const found = await store.get("a").catch((caught: unknown) => caught);
    expect(found).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    expect(JSON.stringify(found) + String(found) + String((found as Error).stack)).not.toContain(secret);
    expect(JSON.stringify(store)).not.toContain(secret);
  });
});
