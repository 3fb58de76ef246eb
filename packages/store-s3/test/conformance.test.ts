import { type BucketServer, bucketServer, byteStoreCases } from "@atc/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type S3Store, s3Store } from "../src/index.ts";

describe("a store in a bucket keeps the laws of a byte store", () => {
  let server: BucketServer;
  beforeAll(async () => {
    // Some lists of the laws have more objects than one answer.
    server = await bucketServer({ bucket: "laws", pageSize: 7 });
  });
  afterAll(async () => await server[Symbol.asyncDispose]());

  let count = 0;
  // The prefix of each store is the start of the next one's, whose objects it must not list.
  const create = (): S3Store => s3Store({ bucket: "laws", prefix: "p".repeat(++count), env: server.env });
  const reopen = ({ place }: S3Store): S3Store =>
    s3Store({ bucket: "laws", prefix: place.slice("s3://laws/".length), env: server.env });
  for (const { name, run } of byteStoreCases(create, { reopen })) it(name, run);
});
