import { openDataServer } from "@atc/runtime/machines";
import { type BucketServer, bucketServer } from "@atc/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { barsCsv, type Run, runAtc, type Workshop, workshop } from "./atc.ts";

const token = "a-token-of-these-tests-0123456789";
const shared = "s3://results/team";
const open: AsyncDisposable[] = [];
let bucket: BucketServer;

/** A machine with the same file and no folder in common with others. */
async function machine(): Promise<Workshop> {
  const shop = await workshop();
  open.push(shop);
  await shop.install("store-s3");
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 400));
  return shop;
}

function backtest({ path }: Workshop, url: string, env: Record<string, string>): Promise<Run> {
  return runAtc(path, ["backtest", "bars.csv", "--json", "--cache-shared", url], env);
}

/** The results of a backtest, without its times. */
const resultsOf = (run: Run): unknown => run.json<{ symbols: unknown }>().symbols;

async function remoteHits({ atc }: Workshop): Promise<number> {
  const { usage } = (await atc("cache", "stats", "--json")).json<{
    usage: { kinds: readonly { remoteHits: number }[] };
  }>();
  return usage.kinds.reduce((sum, one) => sum + one.remoteHits, 0);
}

/** The objects of entries, without those that were set aside. */
const entries = () => [...bucket.objects].filter(([key]) => key.startsWith("team/v1/"));

beforeAll(async () => {
  bucket = await bucketServer({ bucket: "results" });
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
  bucket.objects.clear();
});
afterAll(() => bucket[Symbol.asyncDispose]());

describe("a cache that machines share", () => {
  it("gives a machine what another one computed", async () => {
    const first = await backtest(await machine(), shared, bucket.env);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const far = await machine();
    const second = await backtest(far, shared, bucket.env);
    expect(second).toMatchObject({ code: 0, stderr: "" });
    expect(resultsOf(second)).toEqual(resultsOf(first));
    expect((await far.atc("cache", "stats", "--json")).json<{ usage: unknown }>().usage).toMatchObject({
      hits: 2,
      misses: 0,
    });
    expect(await remoteHits(far)).toBe(2);
    // Now its own cache has them.
    const known = bucket.requests.length;
    expect(resultsOf(await backtest(far, shared, bucket.env))).toEqual(resultsOf(first));
    expect(bucket.requests.slice(known)).toEqual([]);
  });

  it("has damaged results computed again and replaced, and says so", async () => {
    const first = await backtest(await machine(), shared, bucket.env);
    for (const [, { bytes }] of entries()) bytes[bytes.length >> 1] = ~(bytes[bytes.length >> 1] ?? 0);
    const second = await backtest(await machine(), shared, bucket.env);
    expect(second.code).toBe(0);
    expect(second.stderr.match(/the shared cache entry/g)).toHaveLength(1);
    expect(resultsOf(second)).toEqual(resultsOf(first));
    const third = await machine();
    expect(await backtest(third, shared, bucket.env)).toMatchObject({ code: 0, stderr: "" });
    expect(await remoteHits(third)).toBeGreaterThan(0);
  });

  it("warns once and computes if it cannot be reached or used", async () => {
    const shop = await machine();
    const gone = await bucketServer({ bucket: "results" });
    await gone[Symbol.asyncDispose]();
    const lost = await backtest(shop, shared, gone.env);
    expect(lost.code).toBe(0);
    expect(lost.stderr.match(/shared cache/g)).toHaveLength(1);
    await shop.atc("cache", "clear");
    const keyless = await backtest(shop, shared, {});
    expect(keyless.code).toBe(0);
    expect(keyless.stderr).toContain("AWS_ACCESS_KEY_ID");
    expect(resultsOf(keyless)).toEqual(resultsOf(lost));
    await shop.atc("cache", "clear");
    const wrong = await backtest(shop, shared, { ...bucket.env, AWS_SECRET_ACCESS_KEY: "another-secret" });
    expect(wrong.code).toBe(0);
    expect(wrong.stderr.match(/shared cache/g)).toHaveLength(1);
    expect(wrong.stderr).not.toContain("another-secret");
  });

  it("is served by atc data serve", async () => {
    const near = await machine();
    const first = await backtest(near, "none", {});
    const env = { ATC_DATA_TOKEN: token };
    const server = await openDataServer({ cwd: near.path, env, port: 0, cache: true });
    open.push(server);
    const far = await machine();
    const second = await backtest(far, `${server.url}/cache`, env);
    expect(second).toMatchObject({ code: 0, stderr: "" });
    expect(resultsOf(second)).toEqual(resultsOf(first));
    expect(await remoteHits(far)).toBeGreaterThan(0);
    const refused = await backtest(await machine(), `${server.url}/cache`, { ATC_DATA_TOKEN: "another-token" });
    expect(refused.code).toBe(0);
    expect(refused.stderr).toContain("refuses the token");
  });

  it("is refused before a file is read if its URL or its plugin is wrong", async () => {
    const shop = await workshop();
    open.push(shop);
    for (const url of ["ftp://a/b", "results", "s3://", "s3://id:secret@results/team"]) {
      const run = await runAtc(shop.path, ["backtest", "absent.csv", "--cache-shared", url]);
      expect(run.stderr).toContain("cacheShared is not a URL");
    }
    const missing = await runAtc(shop.path, ["backtest", "absent.csv", "--cache-shared", shared], {}, "/nowhere/atc");
    expect(missing).toMatchObject({ code: 5 });
    expect(missing.stderr).toContain("@atc/store-s3");
  });

  it("is checked by atc doctor", async () => {
    const { path } = await machine();
    const doctor = (url: string, env: Record<string, string>) =>
      runAtc(path, ["doctor", "--json", "--cache-shared", url], env);
    const finding = (run: Run) =>
      JSON.stringify(run.json<readonly { what: string }[]>()).match(/\{[^{}]*"what":"cacheShared"[^{}]*\}/)?.[0];
    expect(finding(await doctor(shared, bucket.env))).toContain('"ok"');
    expect(finding(await doctor("s3://absent/team", bucket.env))).toContain("ATC_NOT_FOUND");
    expect(finding(await doctor(shared, {}))).toContain("AWS_ACCESS_KEY_ID");
  });
});
