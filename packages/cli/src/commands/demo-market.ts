/** The size of the demonstration market. */
export interface DemoMarketOptions {
  /** The same seed gives the same file. */
  readonly seed: number;
  /** Number of symbols, at most 26. */
  readonly symbols: number;
  /** Number of trading days. */
  readonly days: number;
}

const names =
  "ALFA BRVO CHRL DLTA ECHO FOXT GOLF HOTL INDA JULT KILO LIMA MIKE NOVR OSCR PAPA QUBC ROMO SIRA TNGO UNFM VCTR WHSK XRAY YNKE ZULU".split(
    " ",
  );
const msPerDay = 86_400_000;
const firstDay = Date.UTC(2015, 0, 2);

/** A generator of numbers in (0, 1): the minimal standard of Park and Miller (1988) with the multiplier 48271. */
function uniform(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = (Math.abs(Math.trunc(seed)) % (modulus - 1)) + 1;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}

/** Standard normal numbers (Box and Muller 1958). */
function normal(next: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/**
 * The state of one stock: a price that drifts by regime, and clustered volatility (discrete stochastic volatility,
 * Taylor 1982).
 */
interface Stock {
  readonly name: string;
  price: number;
  logVolatility: number;
  drift: number;
  daysLeft: number;
}

function nextBar(stock: Stock, marketMove: number, next: () => number, gauss: () => number): string {
  if (stock.daysLeft === 0) {
    stock.daysLeft = 40 + Math.floor(next() * 220);
    stock.drift = (next() < 0.58 ? 1 : -0.8) * (0.0004 + next() * 0.0014);
  }
  stock.daysLeft--;
  stock.logVolatility += 0.06 * (Math.log(0.012) - stock.logVolatility) + 0.14 * gauss();
  const volatility = Math.min(Math.exp(stock.logVolatility), 0.06);
  const open = stock.price * Math.exp(0.35 * volatility * gauss());
  const close = open * Math.exp(stock.drift + 0.6 * marketMove + 0.8 * volatility * gauss());
  const high = Math.max(open, close) * Math.exp(Math.abs(0.4 * volatility * gauss()));
  const low = Math.min(open, close) * Math.exp(-Math.abs(0.4 * volatility * gauss()));
  stock.price = Math.max(close, 1);
  const volume = Math.round(1e6 * Math.exp(30 * (volatility - 0.012) + 0.35 * gauss()));
  return `${open.toFixed(2)},${high.toFixed(2)},${low.toFixed(2)},${stock.price.toFixed(2)},${volume}`;
}

/**
 * A CSV file of daily bars of invented stocks, line by line, ordered by date as a data vendor delivers them, without
 * weekends.
 */
export function* demoMarket({ seed, symbols, days }: DemoMarketOptions): Generator<string> {
  const next = uniform(seed);
  const gauss = normal(next);
  const stocks: Stock[] = names.slice(0, symbols).map((name) => ({
    name,
    price: 20 + 180 * next(),
    logVolatility: Math.log(0.012),
    drift: 0,
    daysLeft: 0,
  }));
  yield "symbol,timestamp,open,high,low,close,volume\n";
  for (let time = firstDay, day = 0; day < days; time += msPerDay) {
    const weekday = new Date(time).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    day++;
    const marketMove = 0.009 * gauss();
    const date = new Date(time).toISOString().slice(0, 10);
    yield stocks.map((stock) => `${stock.name},${date},${nextBar(stock, marketMove, next, gauss)}\n`).join("");
  }
}
