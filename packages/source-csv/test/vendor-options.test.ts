import { expect, it } from "vitest";
import type { CsvOptions } from "../src/index.ts";
import { fileOf, read } from "./temporary-file.ts";

/** The first lines of files as vendors write them: what reads them, and the first bar. */
const files: readonly (readonly [name: string, text: string, options: CsvOptions, time: string, close: number])[] = [
  [
    "MetaTrader 4, no header",
    "2024.01.31,09:30,1.1,1.3,1.0,1.2,17\n2024.01.31,09:31,1.2,1.3,1.1,1.25,9\n",
    { columns: ["date", "time", "open", "high", "low", "close", "volume"] },
    "2024-01-31T09:30Z",
    1.2,
  ],
  [
    "MetaTrader 5",
    "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n2024.01.31\t09:30:00\t1.1\t1.3\t1.0\t1.2\t17\t0\t3\n",
    {},
    "2024-01-31T09:30Z",
    1.2,
  ],
  [
    "HistData and NinjaTrader, no header",
    "20240131 093000;1.1;1.3;1.0;1.2;0\n20240131 093100;1.2;1.3;1.1;1.25;0\n",
    { columns: ["timestamp", "open", "high", "low", "close", "volume"], timeZone: "-05:00" },
    "2024-01-31T14:30Z",
    1.2,
  ],
  [
    "Stooq",
    "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nAAPL.US,5,20240131,153000,1.1,1.3,1.0,1.2,17,0\n",
    {},
    "2024-01-31T15:30Z",
    1.2,
  ],
  ["Yahoo", "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-31,1.1,1.3,1.0,1.2,1.19,17\n", {}, "2024-01-31", 1.2],
  [
    "Binance, no header",
    "1706693400000,1.1,1.3,1.0,1.2,17,1706693459999,20,4,9,10,0\n1706693460000,1.2,1.3,1.1,1.25,9,1706693519999,20,4,9,10,0\n",
    { columns: ["timestamp", "open", "high", "low", "close", "volume", "", "", "", "", "", ""] },
    "2024-01-31T09:30Z",
    1.2,
  ],
  [
    "Dukascopy",
    "Gmt time,Open,High,Low,Close,Volume\n31.01.2024 09:30:00.000,1.1,1.3,1.0,1.2,17\n",
    { dateOrder: "dmy" },
    "2024-01-31T09:30Z",
    1.2,
  ],
  [
    "TradeStation",
    '"Date","Time","Open","High","Low","Close","Up","Down"\n01/31/2024,09:30,1.1,1.3,1.0,1.2,9,8\n',
    { dateOrder: "mdy", timeZone: "America/New_York" },
    "2024-01-31T14:30Z",
    1.2,
  ],
  [
    "CryptoDataDownload",
    "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USD\n1706693400,2024-01-31 09:30:00,BTC/USD,1.1,1.3,1.0,1.2,17,20\n",
    {},
    "2024-01-31T09:30Z",
    1.2,
  ],
  [
    "FirstRate, no header",
    "2024-01-31 09:30:00,1.1,1.3,1.0,1.2,17\n2024-01-31 09:31:00,1.2,1.3,1.1,1.25,9\n",
    { columns: ["timestamp", "open", "high", "low", "close", "volume"], timeZone: "America/New_York" },
    "2024-01-31T14:30Z",
    1.2,
  ],
  [
    "a German spreadsheet",
    "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke\n31.01.2024;1,1;1,3;1,0;1,2;17\n",
    {
      columns: {
        timestamp: "Datum",
        open: "Erster",
        high: "Hoch",
        low: "Tief",
        close: "Schlusskurs",
        volume: "Stuecke",
      },
      dateOrder: "dmy",
      decimal: ",",
    },
    "2024-01-31",
    1.2,
  ],
  [
    "Interactive Brokers",
    "date,open,high,low,close,volume,average,barCount\n20240131 09:30:00,1.1,1.3,1.0,1.2,17,1.15,4\n",
    {},
    "2024-01-31T09:30Z",
    1.2,
  ],
];

it.each(files)("reads a file of %s", async (_, text, options, time, close) => {
  const { kind, times, numbers, badRows } = await read(fileOf(text), options);
  expect([kind, times[0], numbers["close"]?.[0], badRows]).toEqual(["bars", BigInt(Date.parse(time)), close, []]);
  expect([numbers["open"]?.[0], numbers["high"]?.[0], numbers["low"]?.[0]]).toEqual([1.1, 1.3, 1]);
});
