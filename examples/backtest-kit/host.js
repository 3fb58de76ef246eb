// Replaces the module "backtest-kit", so that this example runs without it. It has the members that the plugin uses and
// follows their contract: it even ends the process at a missing candle. It is not the framework: no reports, no live
// trading, no risk, one run at a time.
const minute = 60_000;
const steps = {
  "1m": 1,
  "3m": 3,
  "5m": 5,
  "15m": 15,
  "30m": 30,
  "1h": 60,
  "2h": 120,
  "4h": 240,
  "6h": 360,
  "8h": 480,
  "1d": 1440,
};
const averaged = 5; // candles in the average price
const perRequest = 1000; // candles
const config = { CC_MAX_SIGNAL_LIFETIME_MINUTES: 1440 };
const exchanges = new Map();
const strategies = new Map();
const frames = new Map();
const adapters = new Map();
let Adapter;
let closing = false;

export const PersistCandleAdapter = {
  usePersistCandleAdapter(Constructor) {
    Adapter = Constructor;
    adapters.clear();
  },
};
export const Position = {
  bracket({ position, currentPrice, percentTakeProfit, percentStopLoss }) {
    const sign = position === "long" ? 1 : -1;
    const priceTakeProfit = currentPrice * (1 + (sign * percentTakeProfit) / 100);
    const priceStopLoss = currentPrice * (1 - (sign * percentStopLoss) / 100);
    return { position, priceTakeProfit, priceStopLoss };
  },
};
export const Markdown = { enable() {} };
export const setConfig = (changes) => Object.assign(config, changes);
export const addExchangeSchema = (schema) => register(exchanges, schema.exchangeName, schema);
export const addStrategySchema = (schema) => register(strategies, schema.strategyName, schema);
export const addFrameSchema = (schema) => register(frames, schema.frameName, schema);
export async function commitClosePending() {
  closing = true;
}

function register(schemas, name, schema) {
  if (schemas.has(name)) throw new Error(`${name} is already registered`);
  schemas.set(name, schema);
}

/** Exactly `limit` candles of one minute, or the end of the process. */
async function candlesOf(exchangeName, symbol, since, limit) {
  const key = `${exchangeName}/${symbol}`;
  if (!adapters.has(key)) adapters.set(key, new Adapter(symbol, "1m", exchangeName));
  const adapter = adapters.get(key);
  await adapter.waitForInit(false);
  const kept = await adapter.readCandlesData(limit, since, since + limit * minute);
  if (kept?.length === limit) return kept;
  const fetched = await exchanges
    .get(exchangeName)
    .getCandles(symbol, "1m", new Date(since), limit)
    .catch((error) => error);
  if (fetched.length === limit && fetched[0].timestamp === since) return fetched;
  console.error(
    `candle count mismatch at ${new Date(since).toISOString()}`,
    fetched instanceof Error ? fetched.message : "",
  );
  process.exit(-1);
}

/** The typical price weighted by volume; the mean close if there is no volume. */
function average(candles) {
  const volume = candles.reduce((sum, c) => sum + c.volume, 0);
  if (volume === 0) return candles.reduce((sum, c) => sum + c.close, 0) / candles.length;
  return candles.reduce((sum, c) => sum + ((c.high + c.low + c.close) / 3) * c.volume, 0) / volume;
}

/**
 * The reason why a minute ends a position: end of the frame, a requested close, a stop that was hit, or an average that
 * reached the target.
 */
function exitOf(signal, candle, price, frameEnd) {
  const sign = signal.position === "long" ? 1 : -1;
  if (candle.timestamp > frameEnd) return ["time_expired", price];
  if (closing) return ["closed", price];
  if (sign > 0 ? candle.low <= signal.priceStopLoss : candle.high >= signal.priceStopLoss)
    return ["stop_loss", signal.priceStopLoss];
  return sign * (price - signal.priceTakeProfit) >= 0 ? ["take_profit", signal.priceTakeProfit] : [];
}

/** Replays the minutes of a position until it ends. */
async function hold(symbol, { strategy, exchangeName, frameEnd }, signal, when) {
  closing = false;
  for (let from = when - (averaged - 1) * minute; ; from += (perRequest - averaged + 1) * minute) {
    const candles = await candlesOf(exchangeName, symbol, from, perRequest);
    for (let i = averaged - 1; i < perRequest; i++) {
      const candle = candles[i];
      const price = average(candles.slice(i - averaged + 1, i + 1));
      const [closeReason, currentPrice] = exitOf(signal, candle, price, frameEnd);
      if (closeReason !== undefined) return { closeReason, currentPrice, closeTimestamp: candle.timestamp };
      await strategy.callbacks.onActivePing(symbol, signal, price, new Date(candle.timestamp), true);
    }
  }
}

/** Profit in per cent, after 0.1 % of fee and 0.1 % of slippage on each side. */
function profit(position, open, close) {
  const sign = position === "long" ? 1 : -1;
  const [entry, exit] = [open * (1 + sign * 0.001), close * (1 - sign * 0.001)];
  return { pnlPercentage: (sign * (exit - entry) * 100) / entry - 0.1 * (1 + exit / entry) };
}

async function* run(symbol, { strategyName, exchangeName, frameName }) {
  const strategy = strategies.get(strategyName);
  const frame = frames.get(frameName);
  const frameEnd = frame.endDate.getTime();
  let asked;
  let lastId;
  for (let when = frame.startDate.getTime(); when <= frameEnd; when += steps[frame.interval] * minute) {
    const price = average(await candlesOf(exchangeName, symbol, when - averaged * minute, averaged));
    const slot = Math.floor(when / (steps[strategy.interval] * minute));
    if (slot === asked) continue;
    asked = slot;
    const wanted = await strategy.getSignal(symbol, new Date(when), price);
    if (wanted === null || wanted.minuteEstimatedTime > config.CC_MAX_SIGNAL_LIFETIME_MINUTES) continue;
    if (wanted.id !== undefined && wanted.id === lastId) continue;
    lastId = wanted.id;
    const signal = { ...wanted, priceOpen: price, pendingAt: when };
    yield { action: "opened", signal };
    const end = await hold(symbol, { strategy, exchangeName, frameEnd }, signal, when);
    yield { action: "closed", signal, ...end, pnl: profit(signal.position, price, end.currentPrice) };
    while (when + steps[frame.interval] * minute <= end.closeTimestamp) when += steps[frame.interval] * minute;
  }
}

export const Backtest = { run };
