import type { BlockJson } from "../../src/block/block-format.ts";
import { shortText } from "../../src/text/visible-text.ts";
import { byId } from "../page/dom.ts";
import { createHeatMap } from "./heat-map.ts";
import { createSampleScatter } from "./sample-scatter.ts";
import { createSearchLines } from "./search-lines.ts";

type Draw = (width?: number) => void;

function sweepPanels({ sweep }: BlockJson): readonly Draw[] {
  if (sweep === undefined) return [];
  const { overfitting } = sweep;
  const [map, lines, splits] = ["sweep-map", "panel-lines", "panel-splits"].map(byId);
  const draws: Draw[] = [];
  if (map !== undefined) draws.push(createHeatMap(map, sweep));
  if (lines !== undefined) draws.push(createSearchLines(lines, sweep));
  if (splits !== undefined && overfitting !== undefined) {
    const { inSample, outOfSample, slope, intercept } = overfitting;
    const line = slope === null || intercept === null ? undefined : { slope, intercept };
    draws.push(
      createSampleScatter(splits, {
        inSample,
        outOfSample,
        line,
        name: "Sharpe ratio per bar of what was best",
      }),
    );
  }
  return draws;
}

function windowPanels({ walkForward }: BlockJson): readonly Draw[] {
  const place = byId("panel-windows");
  if (walkForward === undefined || place === undefined) return [];
  const points = walkForward.windows.flatMap(({ choice }) => {
    const [inside, outside] = [choice?.train[0], choice?.test[0]];
    return inside == null || outside == null ? [] : [[inside, outside] as const];
  });
  const name = `${shortText(walkForward.figures[0]?.name ?? "")} of each window's choice`;
  const [inSample, outOfSample] = [points.map(([inside]) => inside), points.map(([, outside]) => outside)];
  return [createSampleScatter(place, { inSample, outOfSample, name })];
}

/** Draws the panels of a sweep and of a walk-forward. Returns what draws them again. */
export function searchPanels(json: BlockJson): readonly Draw[] {
  const draws = [...sweepPanels(json), ...windowPanels(json)];
  for (const draw of draws) draw();
  return draws;
}
