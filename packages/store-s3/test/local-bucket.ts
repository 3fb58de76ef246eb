import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import { afterAll, beforeAll } from "vitest";

/** Starts s3rver for the tests of a file, with a bucket, and returns what gives its URL. It checks signatures. */
export function localBucket(bucket: string): () => string {
  let endpoint = "";
  let stop = (): Promise<void> => Promise.resolve();
  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), "atc-store-s3-"));
    const configureBuckets = [{ name: bucket, configs: [] }];
    const server = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory, configureBuckets });
    const { port } = (await server.run()) as AddressInfo;
    endpoint = `http://127.0.0.1:${port}`;
    stop = async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    };
  });
  afterAll(async () => await stop());
  return () => endpoint;
}
