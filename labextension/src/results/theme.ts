// The theme's colours and letters, in the form that a canvas takes.
import type { DataGrid } from '@lumino/datagrid';

export interface Theme {
  text: string;
  faint: string;
  accent: string;
  quiet: string;
  font: string;
  bold: string;
  small: string;
  tiny: string;
  cell: string;
  none: string;
  style: DataGrid.Style;
}

/** What the page looks like right now. */
export function currentTheme(): Theme {
  const found = getComputedStyle(document.body);
  const get = (name: string, otherwise: string): string =>
    found.getPropertyValue(name).trim() || otherwise;
  const ui = get('--jp-ui-font-family', 'sans-serif');
  const code = get('--jp-code-font-family', 'monospace');
  const line = get('--jp-border-color2', '#ddd');
  const back = get('--jp-layout-color0', '#fff');
  const head = get('--jp-layout-color1', '#fff');
  const brand = get('--jp-brand-color1', '#1976d2');
  return {
    text: get('--jp-content-font-color1', '#222'),
    faint: get('--jp-content-font-color2', '#777'),
    accent: brand,
    quiet: get('--jp-layout-color3', '#ccc'),
    font: `12px ${ui}`,
    bold: `600 12px ${ui}`,
    small: `10px ${ui}`,
    tiny: `9px ${ui}`,
    cell: `12px ${code}`,
    none: `italic 11px ${ui}`,
    style: {
      voidColor: back,
      backgroundColor: back,
      headerBackgroundColor: head,
      gridLineColor: line,
      verticalGridLineColor: get('--jp-border-color3', '#eee'),
      horizontalGridLineColor: get('--jp-border-color3', '#eee'),
      headerGridLineColor: line,
      headerHorizontalGridLineColor: head,
      headerVerticalGridLineColor: line,
      selectionFillColor: faded(brand, 0.14),
      selectionBorderColor: brand,
      cursorFillColor: faded(brand, 0.1),
      cursorBorderColor: brand,
      headerSelectionFillColor: faded(brand, 0.14),
      headerSelectionBorderColor: 'transparent',
      scrollShadow: {
        size: 6,
        color1: 'rgba(0, 0, 0, 0.12)',
        color2: 'rgba(0, 0, 0, 0.06)',
        color3: 'rgba(0, 0, 0, 0)'
      }
    }
  };
}

/** A colour that lets through what is below: themes write theirs in many ways. */
function faded(color: string, share: number): string {
  return `color-mix(in srgb, ${color} ${share * 100}%, transparent)`;
}

/** Calls back when another theme was chosen; the answer ends that. */
export function onTheme(call: () => void): () => void {
  // The theme's name stands on the body before its style sheet has come.
  const watch = new MutationObserver(() => {
    call();
    window.setTimeout(call, 300);
  });
  watch.observe(document.body, {
    attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light']
  });
  return () => watch.disconnect();
}
