import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/** What is wrong with the layout: elements of a kind that overlap, a page that is wider than its window. */
export function layoutFaults(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} wide in ${innerWidth}`);
    const kinds = [".tiles > div", "section", "figure.panel", "h2", "h3", ".panel figcaption", ".uplot", "svg"];
    for (const kind of kinds) {
      const boxes = [...document.querySelectorAll(kind)]
        .map((one) => one.getBoundingClientRect())
        .filter(({ height }) => height > 2);
      for (const [i, a] of boxes.entries())
        for (const b of boxes.slice(i + 1))
          if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
            faults.push(`two of ${kind} overlap at ${Math.round(a.top)}`);
    }
    return faults;
  });
}

/** The number of colours of the canvases that a selector finds, up to ten. */
export function canvasColors(page: Page, selector: string): Promise<readonly number[]> {
  return page.evaluate(
    (one) =>
      [...document.querySelectorAll<HTMLCanvasElement>(one)].map((canvas) => {
        const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
        const colors = new Set<number>();
        for (let i = 0; i < data.length && colors.size < 10; i += 4)
          if (data[i + 3] !== 0) colors.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
        return colors.size;
      }),
    selector,
  );
}

interface Axe {
  run(): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }[];
  }>;
}

/** Serious faults of accessibility. The policy stays on: the debugger evaluates the source, not the page. */
export async function accessFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  });
}
