import { createStream } from "@atc/signals";

/**
 * Follows a feed of candles: a new one is pushed, an update of the last one replaces it.
 *
 * @param {Parameters<typeof createStream>[0]} config
 * @param {(change: { bar: number, direction: number, previous: number }) => void} onDirection
 */
export function follow(config, onDirection) {
  const stream = createStream(config, { outputs: ["averageSignal", "direction"], onDirection });
  const values = new Float64Array(stream.outputs.length);
  let start;
  return {
    stream,
    /** The average signal and the direction. The array is reused, so that updates allocate nothing. */
    values,
    take(candle) {
      if (candle.start === start) stream.replaceInto(candle, values);
      else stream.pushBarInto(candle, values);
      start = candle.start;
    },
    /** The state that a new process needs to resume, also in the middle of a candle. */
    save: () => ({ start, state: stream.snapshot() }),
    restore(saved) {
      stream.restore(saved.state);
      start = saved.start;
    },
  };
}
