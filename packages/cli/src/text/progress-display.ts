import { createRequire } from "node:module";
import type { Progress, ProgressListener } from "@atc/contract";
import { printableLine } from "@atc/plugin-kit";
import type { SingleBar } from "cli-progress";

const require = createRequire(import.meta.url);

/** Loaded with the first bar: most runs draw none, and start 20 ms earlier without it. */
function progressBars(): typeof import("cli-progress") {
  return require("cli-progress");
}

export interface ProgressDisplay {
  readonly listener: ProgressListener;
  /** Whether a report is shown: some arrived after the last `stop`. */
  isShown(): boolean;
  /** Clears the display. Call it before anything else is printed. */
  stop(): void;
}

export interface ProgressDisplayOptions {
  /** The stream; it gets a bar if it is a terminal. */
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Whether nothing is shown. */
  readonly quiet: boolean;
  /** The clock, in ms. Default: `performance.now`. */
  readonly now?: () => number;
}

const count = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function amount(value: number, unit: Progress["unit"]): string {
  return unit === "bytes" ? `${(value / 1e6).toFixed(1)} MB` : `${count.format(value)} ${unit}`;
}

function rate(progress: Progress, ms: number): string {
  const rows = progress.rows ?? (progress.unit === "bytes" ? undefined : progress.done);
  if (rows === undefined || ms < 200) return "";
  const unit = progress.rows === undefined ? progress.unit : "rows";
  return `${count.format((rows / ms) * 1000)} ${unit}/s`;
}

function noteText({ note }: Progress): string {
  return note === undefined ? "" : `, ${printableLine(note)}`;
}

/** The time that the rest takes at the rate so far; "" before there is a rate. */
function remaining({ done, total }: Progress, ms: number): string {
  if (total === undefined || done === 0 || done >= total || ms < 1000) return "";
  const seconds = Math.ceil((((total - done) / done) * ms) / 1000);
  return seconds < 90 ? `ETA ${seconds} s` : `ETA ${Math.ceil(seconds / 60)} min`;
}

/** Milliseconds between two plain lines. */
const lineEveryMs = 2000;

function plainLines(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }, now: () => number): ProgressDisplay {
  let phase = "";
  let startedAt = 0;
  let printedAt = 0;
  return {
    listener(progress) {
      const at = now();
      if (progress.phase !== phase) {
        phase = progress.phase;
        startedAt = at;
        printedAt = at;
      }
      if (at - printedAt < lineEveryMs) return;
      printedAt = at;
      const share =
        progress.total === undefined || progress.total === 0
          ? ""
          : ` ${Math.floor((100 * progress.done) / progress.total)} %`;
      const left = remaining(progress, at - startedAt);
      stream.write(
        `${printableLine(phase)}${share} ${amount(progress.done, progress.unit)} ${rate(progress, at - startedAt)}${left && `, ${left}`}${noteText(progress)}\n`,
      );
    },
    isShown: () => phase !== "",
    stop() {
      phase = "";
    },
  };
}

/** Columns from which on a screen has room for a long bar beside the rest of the line. */
const wideScreen = 110;

/** The end of a bar while the total is unknown: the bar is nearly empty rather than full. */
const unknownTotal = Number.MAX_SAFE_INTEGER;

function bar(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }, now: () => number): ProgressDisplay {
  let shown: SingleBar | undefined;
  let phase = "";
  let startedAt = 0;
  const stop = (): void => {
    shown?.stop();
    shown = undefined;
    phase = "";
  };
  return {
    listener(progress) {
      if (progress.phase !== phase) {
        stop();
        phase = progress.phase;
        startedAt = now();
        shown = new (progressBars().SingleBar)({
          // The amount is last, because a narrow screen cuts the line off.
          format: `${printableLine(phase).padEnd(10)} [{bar}] {percentage}%{facts}`,
          stream: stream as NodeJS.WriteStream,
          clearOnComplete: true,
          hideCursor: true,
          barsize: ((stream as { readonly columns?: number }).columns ?? wideScreen) < wideScreen ? 10 : 24,
        });
        shown.start(progress.total ?? unknownTotal, 0, { facts: "" });
      }
      if (progress.total !== undefined) shown?.setTotal(progress.total);
      const ms = now() - startedAt;
      const amounts = `${amount(progress.done, progress.unit)}${noteText(progress)}`;
      const facts = [remaining(progress, ms), rate(progress, ms), amounts].filter((one) => one !== "");
      shown?.update(progress.done, { facts: facts.map((one) => ` | ${one}`).join("") });
    },
    isShown: () => shown !== undefined,
    stop,
  };
}

/**
 * A bar with rows per second and remaining time on a terminal, a plain line every two seconds elsewhere, nothing if
 * quiet.
 */
export function progressDisplay({
  stream,
  quiet,
  now = () => performance.now(),
}: ProgressDisplayOptions): ProgressDisplay {
  if (quiet) return { listener: () => undefined, isShown: () => false, stop: () => undefined };
  return stream.isTTY === true ? bar(stream, now) : plainLines(stream, now);
}
