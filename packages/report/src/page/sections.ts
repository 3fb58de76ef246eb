import type { BlockJson } from "../block/block-format.ts";
import { luckSection } from "../panels/luck-section.ts";
import { sweepSection } from "../panels/sweep-section.ts";
import { walkForwardSection } from "../panels/walk-forward-section.ts";
import { charts } from "./charts.ts";
import { distributions } from "./distributions.ts";
import type { PageSection } from "./document.ts";
import { drawdowns } from "./drawdowns.ts";
import { excursionPlot, symbolListing, tradeListing } from "./listings.ts";
import { allMetrics } from "./metrics.ts";
import { months } from "./months.ts";
import { reproduce } from "./reproduce.ts";
import { summary } from "./summary.ts";

/** The sections of the page in their order. Each depends on the JSON of the data block alone. */
export function sectionsOf(json: BlockJson): readonly PageSection[] {
  return [
    ["Summary", "summary", summary(json)],
    ["Charts", "charts", charts(json)],
    ["Months", "months", months(json)],
    ["Distribution", "distribution", distributions(json)],
    ["Drawdowns", "drawdowns", drawdowns(json)],
    ["Symbols", "symbols", symbolListing(json)],
    ["Trades", "trades", tradeListing(json)],
    ["Excursions", "excursions", excursionPlot(json)],
    ["Sweep", "sweep", sweepSection(json)],
    ["Walk-forward", "walk-forward", walkForwardSection(json)],
    ["Luck", "luck", luckSection(json)],
    ["Metrics", "metrics", allMetrics(json)],
    ["Reproduce", "reproduce", reproduce(json)],
  ];
}
