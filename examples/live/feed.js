/**
 * Candles as an exchange sends them over a socket: each is repeated with newer prices until its minute is over.
 * The price oscillates around a rising line, with some noise. It is the same on every run.
 *
 * @param {number} candles - number of minutes
 * @returns {Generator<{ start: number, close: number }>} four updates per candle
 */
export function* feed(candles) {
  const begin = Date.UTC(2026, 0, 5);
  for (let minute = 0; minute < candles; minute++) {
    for (let update = 1; update <= 4; update++) {
      const time = minute + update / 4;
      const close = 100 + time / 60 + 3 * Math.sin(time / 45) + 0.05 * Math.sin(time * 7.3);
      yield { start: begin + minute * 60_000, close };
    }
  }
}
