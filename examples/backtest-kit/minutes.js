const minute = 60_000;

/** Pseudo-random numbers from 0 to 1, the same at every start. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Rows as ccxt's `fetchOHLCV(symbol, "1m")` returns them: [timestamp, open, high, low, close, volume]. The prices are a
 * random walk whose drift changes every few hours, without the bars of two outages of the exchange. They are synthetic:
 * the profit of a strategy on them says nothing about markets.
 */
export function minutes(days, seed = 7) {
  const random = randomNumbers(seed);
  const start = Date.UTC(2024, 0, 1);
  const rows = [];
  let price = 42_000;
  let drift = 0;
  for (let i = 0; i < days * 1440; i++) {
    if (i % 400 === 0) drift = (random() - 0.5) * 1.6e-4;
    const open = price;
    price *= 1 + drift + (random() - 0.5) * 1.5e-3;
    const high = Math.max(open, price) * (1 + random() * 3e-4);
    const low = Math.min(open, price) * (1 - random() * 3e-4);
    const volume = 1 + random() * 20;
    const outage = i === 2000 || (i >= 3100 && i < 3117);
    if (!outage) rows.push([start + i * minute, open, high, low, price, volume]);
  }
  return rows;
}
