import type { JsonObject } from "@atc/contract";

/** What an account paid and earned, in money. */
export interface CostFigures {
  /** Sum of all fees. */
  readonly fees: number;
  /** Sum of the slippage and spread of all fills. */
  readonly slippage: number;
  /** Sum of the cost of borrowing what was sold short. */
  readonly borrowCost: number;
  /** Sum of the interest paid on borrowed cash. */
  readonly marginInterest: number;
  /** Sum of the interest earned on free cash. */
  readonly cashInterest: number;
}

/** The figures of an account; its metrics are further members, by their names. */
export interface AccountFigures {
  /** What it paid and earned. */
  readonly costs: CostFigures;
  /** Time at which it was lost, ISO 8601; null if it was not. */
  readonly bankruptAt: string | null;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** The object that `atc backtest --json` prints. The data block has it as it is, without the folders of paths. */
export interface ReportResult {
  /** The effective configuration. */
  readonly config: JsonObject;
  /** The data of the backtest. */
  readonly data: {
    readonly path: string;
    readonly dataset: string;
    readonly fingerprint: string;
    readonly rows: number;
    readonly symbols: number;
  };
  /** In ISO 8601: `from` inclusive, `to` exclusive. */
  readonly period?: { readonly from: string | null; readonly to: string | null };
  /** What to know about the data. */
  readonly notes: readonly { readonly kind: string; readonly count: number; readonly text: string }[];
  /** Null if no symbol could be computed. */
  readonly portfolio: AccountFigures | null;
  /** The figures of each symbol with an account of its own. */
  readonly symbols: readonly (AccountFigures & { readonly symbol: string })[];
  /** Present if the symbols share an account. */
  readonly contributions?: readonly { readonly symbol: string; readonly warnings: readonly string[] }[];
  /** Symbols that could not be computed. */
  readonly skipped: readonly { readonly symbol: string; readonly reason: string; readonly code: string }[];
}

/** A metric that is a number; undefined if it is absent, null or not finite. */
export function figureOf(account: object, name: string): number | undefined {
  const value = (account as Readonly<Record<string, unknown>>)[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A metric that is a time or another text; undefined if it is absent or null. */
export function textOf(account: object, name: string): string | undefined {
  const value = (account as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : undefined;
}
