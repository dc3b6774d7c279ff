// A grid in the colours of the theme, with keys, selection and copying.
import {
  BasicKeyHandler,
  BasicMouseHandler,
  BasicSelectionModel,
  type CellRenderer,
  DataGrid,
  TextRenderer
} from '@lumino/datagrid';
import type { Message } from '@lumino/messaging';
import { StackedPanel } from '@lumino/widgets';

import { ArrowModel } from './model';

/** The rows of an Arrow stream, to be scrolled and copied. */
export class ArrowGrid extends StackedPanel {
  private readonly grid: DataGrid;
  private readonly watch: MutationObserver;

  constructor(model: ArrowModel) {
    super();
    this.addClass('jp-mesh-grid');
    this.grid = new DataGrid({
      defaultSizes: {
        rowHeight: 24,
        columnWidth: 100,
        rowHeaderWidth: 52,
        columnHeaderHeight: 26
      },
      headerVisibility: 'all'
    });
    this.grid.dataModel = model;
    this.grid.keyHandler = new BasicKeyHandler();
    this.grid.mouseHandler = new BasicMouseHandler();
    this.grid.selectionModel = new BasicSelectionModel({ dataModel: model });
    this.grid.copyConfig = { ...DataGrid.defaultCopyConfig, separator: '\t' };
    this.addWidget(this.grid);
    model.names.forEach((_name, column) =>
      this.grid.resizeColumn('body', column, model.width(column))
    );
    // The theme's name stands on the body: no need of its manager here.
    this.watch = new MutationObserver(() => this.dress());
  }

  override dispose(): void {
    this.watch.disconnect();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.dress();
    this.watch.observe(document.body, {
      attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light']
    });
  }

  protected override onActivateRequest(): void {
    this.grid.node.focus();
  }

  /** Take the colours that the theme has now. */
  private dress(): void {
    const colours = getComputedStyle(document.body);
    const of = (name: string): string =>
      colours.getPropertyValue(`--jp-${name}`).trim();
    this.grid.style = {
      ...DataGrid.defaultStyle,
      voidColor: of('layout-color1'),
      backgroundColor: of('layout-color1'),
      headerBackgroundColor: of('layout-color2'),
      gridLineColor: of('border-color3'),
      headerGridLineColor: of('border-color2'),
      selectionFillColor: tinted(of('brand-color1'), 0.2),
      selectionBorderColor: of('brand-color1'),
      headerSelectionFillColor: tinted(of('brand-color1'), 0.12),
      headerSelectionBorderColor: of('border-color1'),
      cursorFillColor: tinted(of('brand-color1'), 0.25),
      cursorBorderColor: of('brand-color1'),
      headerVerticalGridLineColor: of('border-color2'),
      rowBackgroundColor: undefined
    };
    const font = `12px ${of('ui-font-family') || 'sans-serif'}`;
    const strong = of('ui-font-color1');
    const weak = of('ui-font-color3');
    const metadata = (config: CellRenderer.CellConfig): boolean[] => [
      Boolean(config.metadata.isNull),
      Boolean(config.metadata.isNumber)
    ];
    this.grid.cellRenderers.update({
      body: new TextRenderer({
        font,
        textColor: config => (metadata(config)[0] ? weak : strong),
        horizontalAlignment: config => (metadata(config)[1] ? 'right' : 'left'),
        elideDirection: 'right'
      }),
      'column-header': new TextRenderer({
        font: `600 ${font}`,
        textColor: strong
      }),
      'corner-header': new TextRenderer({ font, textColor: weak }),
      'row-header': new TextRenderer({
        font,
        textColor: weak,
        horizontalAlignment: 'right'
      })
    });
  }
}

/** A theme's colour, as far as a canvas is to let the ground shine through. */
function tinted(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour || 'blue'} ${share * 100}%, transparent)`;
}
