import type { BlockJson } from "../block/block-format.ts";
import type { ReportWalkForward, ReportWindow } from "../data/walk-forward-data.ts";
import { html, type Markup } from "../markup/markup.ts";
import { counted } from "../markup/summary-facts.ts";
import { decimalText, noFigure, percentText, signedPercentText } from "../text/number-text.ts";
import { isoText } from "../text/time-text.ts";
import { shortText } from "../text/visible-text.ts";
import { columnHead, figureCell, noteList, valueCells, wideTable } from "./parts.ts";
import { sampledFigure } from "./sampled-figure.ts";

const ratio = { unit: "ratio", better: "+" } as const;

function windowRow({ axes, figures }: ReportWalkForward, window: ReportWindow, place: number): Markup {
  const { test, choice, efficiency, rankCorrelation, reason } = window;
  const pair = (i: number): readonly Markup[] =>
    [choice?.train[i], choice?.test[i]].map((value) => figureCell(value ?? null, figures[i] ?? ratio));
  const chosen =
    choice === null
      ? html`<td colspan="${axes.length + 2}" class="text">flat${reason === null ? "" : `: ${shortText(reason)}`}</td>`
      : html`${valueCells(choice.values)}${pair(0)}`;
  const others = figures.slice(1).map((_, i) => pair(i + 1));
  return html`<tr><td>${place + 1}</td><td>${isoText(test.from)}</td><td>${isoText(test.to)}</td>${chosen}${figureCell(efficiency, ratio)}${figureCell(rankCorrelation, ratio)}${others}</tr>`;
}

function windowTable(walk: ReportWalkForward): Markup {
  const { axes, figures, windows, lengths } = walk;
  const [objective = [], ...others] = figures.map(({ name }) => [`${name} in`, `${name} out`]);
  const head = html`<th scope="col">No.</th><th scope="col">Test from</th><th scope="col">to</th>${[...axes.map(({ name }) => name), ...objective, "Efficiency", "Rank correlation", ...others.flat()].map(columnHead)}`;
  return wideTable(
    "Windows",
    `${counted(windows.length, "window")}: ${lengths}. In: on the training, out: in the test, by an account that begins there in cash.`,
    head,
    windows.map((window, place) => windowRow(walk, window, place)),
  );
}

function facts(walk: ReportWalkForward): Markup {
  const { efficiency, consistency, rankCorrelation, compared, compoundedReturn, unstitched, windows, drift } = walk;
  const gained = Math.round((consistency ?? 0) * windows.length);
  const rows: readonly (readonly [name: string, value: number | null, text: string])[] = [
    [
      "compoundedReturn",
      compoundedReturn,
      `The returns of the tests, compounded: ${signedPercentText(compoundedReturn)}, of accounts that begin each test in cash`,
    ],
    ["efficiency", efficiency, `Efficiency ${decimalText(efficiency, 2)}: mean bar return in the tests / in training`],
    ["consistency", consistency, `Consistency: ${decimalText(gained)} of ${counted(windows.length, "test")} gained`],
    [
      "rankCorrelation",
      rankCorrelation,
      `Rank correlation ${decimalText(rankCorrelation, 2)}: 1 if training orders ${counted(compared, "configuration")} like the tests, 0 if it says nothing`,
    ],
    ...drift.map(
      ({ name, values, changes, distance }) =>
        [
          `drift.${name}`,
          distance,
          `${shortText(name)}: ${counted(values, "value")} chosen, ${counted(changes, "change")}${distance === null ? "" : `, by ${percentText(distance, 0)} of its range on average`}`,
        ] as const,
    ),
  ];
  return html`<ul class="facts">${
    unstitched === null
      ? undefined
      : html`<li>There is no account over all tests, because ${shortText(unstitched)}</li>`
  }${rows.map(([name, value, text]) => html`<li data-figure="${shortText(name)}" data-value="${String(value)}">${text}</li>`)}</ul>`;
}

/** The place of the picture of windows in and out of sample. */
function scatterPlace({ windows, figures }: ReportWalkForward): Markup | undefined {
  const known = windows.filter(({ choice }) => choice?.train[0] != null && choice.test[0] != null);
  if (known.length === 0) return undefined;
  const name = shortText(figures[0]?.name ?? "");
  return html`<figure class="panel scripted" id="panel-windows"><figcaption><b>In and out of sample</b><span class="legend"><span><bdi>${name}</bdi> of each window's choice: on the training to the right, in the test upwards</span></span></figcaption><div class="plot"></div></figure>`;
}

/** The section of a walk-forward; undefined for other reports. */
export function walkForwardSection({ walkForward }: BlockJson): Markup | undefined {
  if (walkForward === undefined) return undefined;
  const { windows, notes, monteCarlo, evaluations, figures, over, requirements } = walkForward;
  const objective = figures[0]?.name ?? noFigure;
  const of = over === null ? "" : `, the ${over} of the symbols`;
  const required = requirements === null ? "" : ` with ${shortText(requirements)}`;
  return html`<section id="walk-forward"><h2>Walk-forward</h2><p>${counted(evaluations, "configuration")} in ${counted(windows.length, "window")}, to maximise <bdi>${shortText(objective)}</bdi>${of}${required} in training.</p>${facts(
    walkForward,
  )}${windowTable(walkForward)}<div class="pair">${scatterPlace(walkForward)}${
    monteCarlo && sampledFigure("The account over all tests", monteCarlo)
  }</div>${noteList(notes)}</section>`;
}
