import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { httpStore } from "../src/index.ts";

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/cache`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

const quick = { patienceMs: 20_000, idleMs: 300 };

describe("a store whose server fails", () => {
  it("asks again after cut, late, long and refused answers", async () => {
    const faults: RequestListener[] = [
      (_, answer) => {
        answer.writeHead(200, { "content-length": 10 });
        answer.write("0123");
        setTimeout(() => answer.destroy(), 20);
      },
      (request) => request.socket.destroy(),
      (_, answer) => void answer.writeHead(503).end(),
      (_, answer) => void answer.writeHead(500).end(),
      () => undefined,
      (_, answer) => void answer.writeHead(200, { "content-length": 10 }).write("01"),
    ];
    let asked = 0;
    const url = await serve((request, answer) => {
      const fault = faults[asked++];
      if (fault === undefined) answer.writeHead(200, { "content-length": 10 }).end("0123456789");
      else fault(request, answer);
    });
    await using store = httpStore({ url, ...quick });
    expect(await store.get("a").then((bytes) => Buffer.from(bytes ?? []).toString())).toBe("0123456789");
    expect(asked).toBe(faults.length + 1);
  });

  it("does not take a whole answer for a part", async () => {
    const url = await serve((_, answer) => void answer.writeHead(200).end("0123456789"));
    await using store = httpStore({ url, ...quick });
    await expect(store.getRange("a", { offset: 1, length: 2 })).rejects.toMatchObject({ code: "ATC_NETWORK" });
  });

  it("asks again for a list that was cut", async () => {
    let asked = 0;
    const line = '{"key":"a","size":1,"accessedAt":2}\n';
    const url = await serve(
      (_, answer) => void answer.writeHead(200).end(asked++ === 0 ? line : `${line}{"entries":1}\n`),
    );
    await using store = httpStore({ url, ...quick });
    const found = [];
    for await (const entry of store.list()) found.push(entry);
    expect(found).toEqual([{ key: "a", size: 1, accessedAt: 2 }]);
  });

  it("gives up after its patience, and names the server but not the token", async () => {
    const token = "a-secret-of-this-test";
    const url = await serve(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    await using store = httpStore({ url, token, patienceMs: 400, idleMs: 100 });
    const error = await store.get("a").catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "ATC_NETWORK", details: { system: "ECONNREFUSED" } });
    expect(String(error)).toContain(url);
    expect(JSON.stringify(error) + String(error)).not.toContain(token);
  });

  it.each([
    [401, "ATC_INVALID_ARGUMENT"],
    [403, "ATC_INVALID_ARGUMENT"],
    [405, "ATC_READ_ONLY"],
    [409, "ATC_INVALID_ARGUMENT"],
    [413, "ATC_NO_SPACE"],
    [507, "ATC_NO_SPACE"],
    [418, "ATC_NETWORK"],
  ])("reports the status %i as %s, at once", async (status, code) => {
    const url = await serve((_, answer) => void answer.writeHead(status).end());
    await using store = httpStore({ url, ...quick });
    await expect(store.set("a", new Uint8Array(3))).rejects.toMatchObject({ code, details: { status } });
  });

  it("does not follow to another server", async () => {
    let asked = 0;
    const url = await serve((_, answer) => {
      asked++;
      answer.writeHead(302, { location: "/elsewhere" }).end();
    });
    await using store = httpStore({ url, patienceMs: 0, idleMs: 300 });
    await expect(store.get("a")).rejects.toMatchObject({ code: "ATC_NETWORK" });
    expect(asked).toBe(1);
  });

  it("ends waiting if it is aborted or disposed", async () => {
    const url = await serve(() => undefined);
    const store = httpStore({ url, patienceMs: 60_000, idleMs: 60_000 });
    const stop = new AbortController();
    const one = store.get("a", { signal: stop.signal });
    const other = store.get("a");
    stop.abort();
    await expect(one).rejects.toMatchObject({ code: "ATC_ABORTED" });
    await store[Symbol.asyncDispose]();
    await expect(other).rejects.toMatchObject({ code: "ATC_CLOSED" });
  });
});

describe("options of a store over HTTP", () => {
  it.each([
    [{ url: "ftp://a/b" }, "url"],
    [{ url: "nothing" }, "url"],
    [{ url: "http://user:secret@a/b" }, "url"],
    [{ url: "http://a/b?c" }, "url"],
    [{ url: "http://a/b", token: "two words" }, "token"],
    [{ url: "http://a/b", patienceMs: -1 }, "patienceMs"],
    [{ url: "http://a/b", idleMs: 0 }, "idleMs"],
  ])("%o are refused by %s", (options, field) => {
    let error: unknown;
    try {
      httpStore(options);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: "ATC_INVALID_ARGUMENT", details: { field } });
    expect(String(error)).not.toContain("secret");
  });
});
