import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { AtcError } from "@atc/contract";

/** A Chromium without a window. Disposal ends it, and waits for its end. */
export interface ChromiumSession extends AsyncDisposable {
  /** Calls a method of the DevTools protocol; `page` is that of a page. */
  call(method: string, params?: object, page?: string): Promise<Readonly<Record<string, unknown>>>;
}

/** How a Chromium is started. */
interface ChromiumOptions {
  /** A folder of its own, which exists, and which the caller deletes. */
  readonly profile: string;
  /** Ends all calls when it is aborted. */
  readonly signal: AbortSignal;
}

interface Reply {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

interface Waiter {
  resolve(result: Readonly<Record<string, unknown>>): void;
  reject(error: Error): void;
}

/** The most characters of its messages that an error shows. */
const mostShown = 300;

function flagsOf({ profile }: ChromiumOptions): readonly string[] {
  return [
    "--headless",
    "--remote-debugging-pipe",
    `--user-data-dir=${profile}`,
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--mute-audio",
    // Chromium refuses to start as root with a sandbox. The page forbids every script but its own and all requests.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
}

/** Reads replies, each of which ends with a byte of 0. */
function readReplies(from: Readable, receive: (reply: Reply) => void): void {
  const pieces: Buffer[] = [];
  from.on("data", (piece: Buffer) => {
    let rest = piece;
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      pieces.push(rest.subarray(0, end));
      receive(JSON.parse(Buffer.concat(pieces.splice(0)).toString()) as Reply);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) pieces.push(rest);
  });
}

/** ms in which a browser ends by itself, with all of its processes and files. */
const mostEnding = 3000;

/** Asks the browser to end, ends it if it does not, and waits for the end. */
async function end(child: ChildProcess, canAnswer: boolean, ask: () => void): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), canAnswer ? mostEnding : 0);
  ask();
  await ended;
  clearTimeout(timer);
}

/** The last of what the browser says on standard error. */
function messagesOf(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.on("data", (piece: Buffer) => {
    text = (text + piece.toString()).slice(-mostShown);
  });
  return () => text.trim().split("\n").at(-1) ?? "";
}

/**
 * Starts a Chromium, and speaks with it through pipes: it opens no port.
 *
 * @throws ATC_UNSUPPORTED, by the calls, if it does not start, ends early or refuses a call
 */
export function startChromium(program: string, options: ChromiumOptions): ChromiumSession {
  const { signal } = options;
  const child = spawn(program, flagsOf(options), {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
    // What a browser that is killed leaves in it is deleted with the profile.
    env: { ...process.env, TMPDIR: options.profile },
  });
  const said = messagesOf(child);
  const waiters = new Map<number, Waiter>();
  let failure: Error | undefined;
  let calls = 0;
  const fail = (what: string, cause?: unknown): void => {
    const details = { program };
    failure ??= new AtcError(
      "ATC_UNSUPPORTED",
      `"${program}" ${what}; name another Chromium in ATC_CHROMIUM, or print the page to a file in a browser`,
      { details, ...(cause === undefined ? {} : { cause }) },
    );
    for (const { reject } of waiters.values()) reject(failure);
    waiters.clear();
  };
  const to = child.stdio[3] as Writable;
  // A browser that has ended is reported by its end.
  to.on("error", () => undefined);
  child.on("error", (error) => fail(`does not start: ${error.message}`, error));
  child.on("close", () => fail(`ended before the picture was taken: ${said()}`));
  signal.addEventListener("abort", () => fail("did not draw the page in time", signal.reason), { once: true });
  readReplies(child.stdio[4] as Readable, ({ id, result, error }) => {
    const waiter = id === undefined ? undefined : waiters.get(id);
    if (id === undefined || waiter === undefined) return;
    waiters.delete(id);
    if (error === undefined) waiter.resolve(result ?? {});
    else waiter.reject(new AtcError("ATC_UNSUPPORTED", `"${program}" refused a call: ${error.message}`));
  });
  const send = (call: object): boolean => to.write(`${JSON.stringify(call)}\0`);
  return {
    call: (method, params = {}, page) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        const id = ++calls;
        waiters.set(id, { resolve, reject });
        send({ id, method, params, ...(page === undefined ? {} : { sessionId: page }) });
      }),
    [Symbol.asyncDispose]: () =>
      end(child, failure === undefined, () => send({ id: ++calls, method: "Browser.close" })),
  };
}
