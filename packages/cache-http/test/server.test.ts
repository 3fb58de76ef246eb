import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { AtcError } from "@atc/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AreaServer, fileArea, httpStore, type ServedArea, type ServedRequest, serveAreas } from "../src/index.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a path as it is: URL and fetch would normalise it. */
async function ask(
  server: AreaServer,
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return await new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("latin1").on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const token = "a-token-of-these-tests";
const bearer = { authorization: `Bearer ${token}` };
const digest = (text: string): string => `sha-256=:${createHash("sha256").update(text).digest("base64")}:`;
const directory = temporaryDirectories();
let root: string;
let open: AreaServer;
let guarded: AreaServer;
const seen: ServedRequest[] = [];

beforeAll(async () => {
  const above = await directory();
  root = join(above, "sets");
  await mkdir(join(root, "prices"), { recursive: true });
  await writeFile(join(root, "prices", "manifest.json"), "0123456789");
  await writeFile(join(root, "prices", "empty.json"), "");
  await writeFile(join(root, "prices", "private.txt"), "private");
  await writeFile(join(above, "secret.json"), "secret");
  await mkdir(join(above, "elsewhere"));
  await writeFile(join(above, "elsewhere", "manifest.json"), "secret");
  await symlink(join(above, "secret.json"), join(root, "prices", "link.json"));
  await symlink(join(above, "elsewhere"), join(root, "linked"));
  await symlink(join(root, "prices"), join(root, "within"));
  await mkdir(join(root, "folder.json"));
  execFileSync("mkfifo", [join(root, "prices", "pipe.json")]);
  const accepts = (key: string): boolean => key.endsWith(".json");
  const issued = (name: string): Promise<string | undefined> =>
    Promise.resolve(name.startsWith("linked/") || name.startsWith("results/") ? name : undefined);
  const data = fileArea({ directory: root, isOpen: true, accepts });
  const tasks = fileArea({ directory: root, accepts, issued, maxBytes: 100 });
  const onRequest = (one: ServedRequest): void => void seen.push(one);
  open = await serveAreas({ areas: { data, tasks }, onRequest });
  guarded = await serveAreas({ areas: { data, tasks }, token });
});

afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await guarded[Symbol.asyncDispose]();
});

describe("ranges of a file", () => {
  const get = (range: string, more: Record<string, string> = {}): Promise<Answer> =>
    ask(open, "/data/prices/manifest.json", { headers: { range, ...more } });

  it("are answered as RFC 9110 demands", async () => {
    expect(await get("bytes=2-4")).toMatchObject({
      status: 206,
      body: "234",
      headers: { "content-range": "bytes 2-4/10", "content-length": "3", "accept-ranges": "bytes" },
    });
    expect(await get("bytes=7-")).toMatchObject({ status: 206, body: "789" });
    expect(await get("bytes=7-99")).toMatchObject({ status: 206, body: "789" });
    expect(await get("bytes=-3")).toMatchObject({ status: 206, body: "789" });
    expect(await get("bytes=-99")).toMatchObject({ status: 206, body: "0123456789" });
    for (const range of ["bytes=10-", "bytes=-0"])
      expect(await get(range)).toMatchObject({ status: 416, body: "", headers: { "content-range": "bytes */10" } });
    for (const range of ["bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4", "bytes=-"])
      expect(await get(range)).toMatchObject({ status: 200, body: "0123456789" });
  });

  it("are those of the content that the condition names", async () => {
    const { etag = "" } = (await get("bytes=0-0")).headers;
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(await get("bytes=0-0", { "if-range": etag })).toMatchObject({ status: 206, body: "0" });
    expect(await get("bytes=0-0", { "if-range": '"other"' })).toMatchObject({ status: 200, body: "0123456789" });
    const unchanged = await ask(open, "/data/prices/manifest.json", { headers: { "if-none-match": etag } });
    expect(unchanged).toMatchObject({ status: 304, body: "" });
  });

  it("of an empty file do not exist, but the file does", async () => {
    expect(await ask(open, "/data/prices/empty.json")).toMatchObject({ status: 200, body: "" });
    const some = await ask(open, "/data/prices/empty.json", { headers: { range: "bytes=0-9" } });
    expect(some.status).toBe(416);
  });

  it("have a size without a body for HEAD", async () => {
    const head = await ask(open, "/data/prices/manifest.json", { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, body: "", headers: { "content-length": "10" } });
  });
});

describe("a server gives out nothing but its files", () => {
  const paths = [
    "/data/../secret.json",
    "/data/prices/../../secret.json",
    "/data/prices/%2e%2e/%2e%2e/secret.json",
    "/data/prices/..%2f..%2fsecret.json",
    "/data/%2Fetc%2Fpasswd",
    "/data//etc/passwd",
    "/data/prices/%00manifest.json",
    "/data/prices/manifest.json%00",
    "/data/prices\\..\\..\\secret.json",
    "/data/.../secret.json",
    "/data/./prices/manifest.json",
    "/data/prices//manifest.json",
    "/data/prices/manifest.json/",
    "/data/prices/%6danifest.json",
    "//data/prices/manifest.json",
    "http://127.0.0.1/data/prices/manifest.json",
    "/data/prices/link.json",
    "/data/linked/manifest.json",
    "/data/within/manifest.json",
    "/data/folder.json",
    "/data/prices/pipe.json",
    "/data/prices/private.txt",
    "/data/prices",
    "/data",
    "/data/?prefix=",
    "/toString/prices/manifest.json",
    "/",
    "/../secret.json",
  ];
  it.each(paths)("%s", async (path) => {
    const { status, body } = await ask(open, path);
    expect(status).toBe(404);
    expect(body).toBe("");
  });

  it("and nothing of areas that are not open", async () => {
    expect((await ask(open, "/tasks/prices/manifest.json")).status).toBe(403);
    expect((await ask(open, "/tasks/results/a.json", { method: "PUT", body: "x" })).status).toBe(403);
  });

  it("without a token only to programs that name this machine", async () => {
    const rebound = await ask(open, "/data/prices/manifest.json", { headers: { host: "evil.example" } });
    expect(rebound).toMatchObject({ status: 403, body: "" });
    const named = await ask(open, "/data/prices/manifest.json", { headers: { host: "localhost:80" } });
    expect(named.status).toBe(200);
  });

  it("with a token only to those who have it", async () => {
    for (const headers of [
      {},
      { authorization: "Bearer other-token-0123456789" },
      { authorization: `Basic ${token}` },
    ]) {
      const refused = await ask(guarded, "/data/prices/manifest.json", { headers: headers as Record<string, string> });
      expect(refused).toMatchObject({ status: 401, body: "", headers: { "www-authenticate": "Bearer" } });
      expect((await ask(guarded, "/nothing/x", { headers: headers as Record<string, string> })).status).toBe(401);
    }
    expect(await ask(guarded, "/data/prices/manifest.json", { headers: bearer })).toMatchObject({ body: "0123456789" });
    expect((await ask(guarded, "/health")).status).toBe(204);
  });

  it("and reports each request without a token", () => {
    expect(seen.filter(({ status }) => status === 206).map(({ bytes }) => bytes)).toContain(3);
    expect(seen.every(({ client }) => client.includes("127.0.0.1"))).toBe(true);
  });
});

describe("writes", () => {
  const put = (path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
    ask(guarded, path, { method: "PUT", body, headers: { ...bearer, "content-digest": digest(body), ...headers } });

  it("need an issued name, a digest, a length and room", async () => {
    expect((await put("/tasks/results/one.json", "one")).status).toBe(204);
    expect(await readFile(join(root, "results", "one.json"), "utf8")).toBe("one");
    expect((await put("/tasks/other/one.json", "one")).status).toBe(409);
    expect((await put("/tasks/results/two.json", "two", { "content-digest": digest("other") })).status).toBe(503);
    expect((await put("/tasks/results/two.json", "two", { "content-digest": "md5=:AAAA:" })).status).toBe(400);
    expect((await put("/tasks/results/two.json", "two", { "transfer-encoding": "chunked" })).status).toBe(411);
    expect((await put("/tasks/results/two.json", "x".repeat(101))).status).toBe(413);
    expect((await put("/data/results/two.json", "two")).status).toBe(405);
    expect((await put("/tasks/linked/two.json", "two")).status).toBe(409);
    expect((await ask(guarded, "/tasks/results/one.json", { method: "DELETE", headers: bearer })).status).toBe(405);
    expect(await readdir(join(root, "results"))).toEqual(["one.json"]);
    expect(await readdir(join(root, "..", "elsewhere"))).toEqual(["manifest.json"]);
  });

  it("leave nothing if the connection ends early", async () => {
    const { hostname, port } = new URL(guarded.url);
    const socket = connect(Number(port), hostname);
    const head = ["PUT /tasks/results/cut.json HTTP/1.1", "host: a", `authorization: Bearer ${token}`];
    socket.write([...head, `content-digest: ${digest("0123456789")}`, "content-length: 10", "", "0123"].join("\r\n"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await expect.poll(() => readdir(join(root, "results"))).toEqual(["one.json"]);
  });
});

describe("a server", () => {
  it("refuses other addresses without a token, and short tokens", async () => {
    for (const options of [
      { host: "0.0.0.0" },
      { host: "::" },
      { token: "short" },
      { token: "with a space in between" },
    ])
      await expect(serveAreas({ areas: {}, ...options })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    await expect(serveAreas({ areas: {}, host: "192.0.2.1", token })).rejects.toMatchObject({ code: "ATC_IO" });
    const { port } = new URL(open.url);
    await expect(serveAreas({ areas: {}, port: Number(port) })).rejects.toMatchObject({ code: "ATC_IO" });
  });

  it("bounds headers and connections", async () => {
    expect((await ask(open, "/health", { headers: { large: "x".repeat(9000) } })).status).toBe(431);
    await using small = await serveAreas({ areas: {}, maxConnections: 2 });
    const { hostname, port } = new URL(small.url);
    const sockets = [1, 2, 3].map(() => connect(Number(port), hostname).on("error", () => undefined));
    await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBe(1);
    expect(await small.connections()).toBe(2);
    for (const socket of sockets) socket.destroy();
  });

  it("ends while connections are idle", async () => {
    const server = await serveAreas({ areas: {} });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once("connect", resolve));
    const startedAt = performance.now();
    socket.end();
    await server[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

describe("a full disk", () => {
  it("is answered as one, before the whole value has come", async () => {
    const area: ServedArea = {
      isOpen: false,
      open: () => Promise.resolve(undefined),
      async put(_, { bytes }) {
        for await (const part of bytes) throw new AtcError("ATC_NO_SPACE", `no room for ${part.length} bytes`);
      },
    };
    await using server = await serveAreas({ areas: { tasks: area }, token });
    await using store = httpStore({ url: `${server.url}/tasks`, token });
    await expect(store.set("a", new Uint8Array(2 ** 22))).rejects.toMatchObject({ code: "ATC_NO_SPACE" });
  });
});
