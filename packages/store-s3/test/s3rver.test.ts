import { describe, expect, it } from "vitest";
import { type S3StoreOptions, s3Store } from "../src/index.ts";
import { localBucket } from "./local-bucket.ts";

const key = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER", env: {} };

// s3rver writes objects in place, misreads ranges that start or end at 0, and fails for lists of more than one part. So
// the laws run over another server.
describe("a store over s3rver", () => {
  const endpoint = localBucket("independent");
  const open = (options: Partial<S3StoreOptions> = {}) =>
    s3Store({ bucket: "independent", endpoint: endpoint(), ...key, ...options });

  it("writes, reads, lists and removes values", async () => {
    await using store = open({ prefix: "team/cache" });
    await store.set("v1/ab/value.npz", Uint8Array.of(1, 2, 3, 4, 5));
    await store.set("v1/cd/other.npz", Uint8Array.of(6));
    expect(await store.get("v1/ab/value.npz")).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
    expect(await store.getRange("v1/ab/value.npz", { offset: 1, length: 2 })).toEqual(Uint8Array.of(2, 3));
    expect(await store.get("v1/ab/absent")).toBeUndefined();
    const sizes = [];
    for await (const { key: found, size } of store.list("v1/a")) sizes.push([found, size]);
    expect(sizes).toEqual([["v1/ab/value.npz", 5]]);
    expect(await store.delete("v1/ab/value.npz")).toBe(true);
    expect(await store.delete("v1/ab/value.npz")).toBe(false);
  });

  it.each([
    [{ secretAccessKey: "another", accessKeyId: "S3RVER" }, "ATC_INVALID_ARGUMENT", "SignatureDoesNotMatch"],
    [{ secretAccessKey: "S3RVER", accessKeyId: "another" }, "ATC_INVALID_ARGUMENT", "InvalidAccessKeyId"],
    [{ bucket: "another-bucket" }, "ATC_NOT_FOUND", "NoSuchBucket"],
  ])("%o is %s", async (options, code, name) => {
    await using store = open(options);
    const fault = { code, details: { name } };
    await expect(store.get("a")).rejects.toMatchObject(fault);
    await expect(store.set("a", new Uint8Array(1))).rejects.toMatchObject(fault);
    await expect(store.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject(fault);
    await expect(store.delete("a")).rejects.toMatchObject({ code });
  });
});
