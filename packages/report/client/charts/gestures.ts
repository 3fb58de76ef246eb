import type { View } from "../../src/view/view.ts";
import type { Panel } from "./panel.ts";

/** Whether a drag moves the range instead of choosing one. */
export interface GestureMode {
  isPanning: boolean;
}

const zoomPerPixel = 0.002;
/** Pixels below which a drag is a click. */
const leastDrag = 5;

/** Lets pointers zoom, move and read a panel. */
export function addGestures(panel: Panel, view: View, mode: GestureMode): void {
  const place = panel.figure.querySelector<HTMLElement>(".plot");
  if (place === null) return;
  const box = document.createElement("div");
  box.className = "selection";
  box.hidden = true;
  const pointers = new Map<number, number>();
  let startX = 0;
  let startRow = 0;
  let isPan = false;
  let isPinch = false;

  const spanPerPixel = (): number => {
    const width = panel.over()?.getBoundingClientRect().width ?? 1;
    return (view.last - view.first) / Math.max(1, width);
  };

  function showBox(toX: number): void {
    const over = panel.over();
    if (over === undefined) return;
    if (box.parentElement !== over) over.append(box);
    const { left, width } = over.getBoundingClientRect();
    const from = Math.max(0, Math.min(startX, toX) - left);
    const to = Math.min(width, Math.max(startX, toX) - left);
    box.style.left = `${from}px`;
    box.style.width = `${Math.max(0, to - from)}px`;
    box.hidden = to - from < leastDrag;
  }

  /** Two pointers: the rows below them stay below them. */
  function pinch(id: number, x: number): void {
    const [other] = [...pointers].filter(([key]) => key !== id);
    const before = pointers.get(id);
    if (other === undefined || before === undefined) return;
    const distance = Math.abs(x - other[1]);
    const around = panel.rowAt((x + other[1]) / 2);
    if (around !== undefined && distance > leastDrag) view.zoom(Math.abs(before - other[1]) / distance, around, false);
    view.pan(((before - x) / 2) * spanPerPixel(), false);
  }

  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    place.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event.clientX);
    isPinch = pointers.size > 1;
    startX = event.clientX;
    startRow = panel.rowAt(event.clientX) ?? 0;
    isPan = mode.isPanning || event.shiftKey || event.pointerType === "touch";
    // One step back returns to the range before the whole gesture.
    if (isPan && !isPinch) view.remember();
  });
  place.addEventListener("pointermove", (event) => {
    const row = panel.rowAt(event.clientX);
    view.setCursor(row);
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    if (isPinch) pinch(event.pointerId, event.clientX);
    else if (isPan) view.pan((before - event.clientX) * spanPerPixel(), false);
    else showBox(event.clientX);
    pointers.set(event.pointerId, event.clientX);
  });
  const end = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId)) return;
    const isDrag = Math.abs(event.clientX - startX) >= leastDrag;
    box.hidden = true;
    const row = panel.rowAt(event.clientX);
    if (event.type === "pointerup" && isDrag && !isPan && !isPinch && row !== undefined)
      view.show(Math.min(startRow, row), Math.max(startRow, row));
    if (pointers.size === 0) isPinch = false;
  };
  place.addEventListener("pointerup", end);
  place.addEventListener("pointercancel", end);
  place.addEventListener("pointerleave", () => {
    if (pointers.size === 0) view.setCursor(undefined);
  });
  place.addEventListener("dblclick", () => view.all());
  place.addEventListener(
    "wheel",
    (event) => {
      // A pinch on a trackpad is a wheel with Ctrl. A plain wheel scrolls the page.
      if (event.ctrlKey) {
        event.preventDefault();
        const row = panel.rowAt(event.clientX);
        if (row !== undefined)
          view.zoom(Math.exp(Math.max(-200, Math.min(200, event.deltaY)) * zoomPerPixel), row, false);
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        view.pan(event.deltaX * spanPerPixel(), false);
      }
    },
    { passive: false },
  );
}
