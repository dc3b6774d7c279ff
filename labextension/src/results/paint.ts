// How cells and headings are drawn.
import {
  CellRenderer,
  type GraphicsContext,
  RendererMap,
  TextRenderer
} from '@lumino/datagrid';

import { GLANCE, NAME } from './cells';
import type { Measure } from './columns';
import type { Summary } from './summary';
import type { Theme } from './theme';

const GAP = 8;
const MANY = 10;
const RARE = 0.02;

/** The pen for each part of the grid, in the colours of the moment. */
export function pens(
  theme: () => Theme,
  measure: (column: number) => Measure
): RendererMap {
  const heading = (config: CellRenderer.CellConfig): CellRenderer => {
    if (config.row === GLANCE) {
      return glance;
    }
    return config.row === NAME ? name : type;
  };
  const name = new TextRenderer({
    font: () => theme().bold,
    textColor: () => theme().text,
    elideDirection: 'right'
  });
  const type = new TextRenderer({
    font: () => theme().small,
    textColor: () => theme().faint,
    elideDirection: 'right'
  });
  const glance = new GlancePen(theme);
  const cell = new TextRenderer({
    font: ({ value }) => (value === null ? theme().none : theme().cell),
    textColor: ({ value }) => (value === null ? theme().faint : theme().text),
    format: ({ value }) => (value === null ? 'NULL' : String(value)),
    horizontalAlignment: ({ column }) =>
      measure(column) === 'number' ? 'right' : 'left',
    elideDirection: 'right'
  });
  const number = new TextRenderer({
    font: () => theme().small,
    textColor: () => theme().faint,
    horizontalAlignment: 'right'
  });
  return new RendererMap({
    body: cell,
    'column-header': heading,
    'row-header': number,
    'corner-header': number
  });
}

/** Draws a spread as bars, or the most frequent values as lengths. */
class GlancePen extends CellRenderer {
  constructor(private readonly theme: () => Theme) {
    super();
  }

  paint(gc: GraphicsContext, config: CellRenderer.CellConfig): void {
    const found = config.value as Summary;
    const box = {
      x: config.x + GAP,
      y: config.y + 2,
      width: config.width - 2 * GAP,
      height: config.height - 6
    };
    if (box.width < 20) {
      return;
    }
    if (found.kind === 'spread') {
      this.bars(gc, found.counts, box);
    } else if (found.kind === 'top') {
      this.lengths(gc, found, box);
    }
    if (found.nulls > 0) {
      this.line(gc, found.nulls, box);
    }
  }

  private bars(gc: GraphicsContext, counts: number[], box: Box): void {
    const tallest = Math.max(...counts);
    const width = Math.min(box.width, 160) / counts.length;
    gc.fillStyle = this.theme().accent;
    gc.globalAlpha = 0.55;
    counts.forEach((count, place) => {
      if (count) {
        const height = Math.max(1, (count / tallest) * box.height);
        gc.fillRect(
          box.x + place * width,
          box.y + box.height - height,
          Math.max(1, width - 1),
          height
        );
      }
    });
    gc.globalAlpha = 1;
  }

  private lengths(
    gc: GraphicsContext,
    found: Summary & { kind: 'top' },
    box: Box
  ): void {
    const theme = this.theme();
    gc.font = theme.small;
    gc.textBaseline = 'middle';
    gc.textAlign = 'left';
    // Where nearly every value is another one, a list of some says less than their number.
    if (found.distinct > MANY && found.values[0].share < RARE) {
      gc.fillStyle = theme.faint;
      gc.fillText(
        `${found.distinct.toLocaleString()} distinct`,
        box.x,
        box.y + box.height / 2
      );
      return;
    }
    const height = box.height / Math.max(2, found.values.length);
    gc.font = found.values.length > 2 ? theme.tiny : theme.small;
    found.values.forEach(({ text, share }, place) => {
      const y = box.y + place * height;
      gc.fillStyle = theme.accent;
      gc.globalAlpha = 0.25;
      gc.fillRect(box.x, y, Math.max(1, share * box.width), height - 1);
      gc.globalAlpha = 1;
      gc.fillStyle = theme.faint;
      const letters = Math.floor(box.width / 6);
      const label = text === '' ? '(empty)' : text;
      gc.fillText(
        label.length > letters ? `${label.slice(0, letters - 1)}…` : label,
        box.x + 2,
        y + height / 2
      );
    });
  }

  /** The share of NULL as a line below. */
  private line(gc: GraphicsContext, share: number, box: Box): void {
    gc.fillStyle = this.theme().quiet;
    gc.fillRect(box.x, box.y + box.height + 1, box.width, 2);
    gc.fillStyle = this.theme().faint;
    gc.fillRect(box.x, box.y + box.height + 1, box.width * share, 2);
  }
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
