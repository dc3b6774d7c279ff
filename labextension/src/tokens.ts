// The names by which plug-ins, commands and settings of the extension are known.
export const LANGUAGE = 'jupyter-mesh:language';
export const CATALOG = 'jupyter-mesh:catalog';
export const RESULTS = 'jupyter-mesh:results';
export const EDITOR = 'jupyter-mesh:editor';
export const COMPLETER = 'jupyter-mesh:completer';
export const PLACES = 'jupyter-mesh:places';
export const FORMATTER = 'jupyter-mesh:formatter';
export const LOADER = 'jupyter-mesh:loader';
export const ORPHANS = 'jupyter-mesh:orphans';
export const PAGES = 'jupyter-mesh:pages';
export const PROMOTION = 'jupyter-mesh:promotion';
export const JOBS = 'jupyter-mesh:jobs';

/** The domain of the translations, one for the whole extension. */
export const DOMAIN = 'jupyter_mesh';

/** Commands that one part offers and others may run. */
export const Commands = {
  /** Shows the sidebar; `{id?}` selects a row. */
  showCatalog: 'mesh:show-catalog',
  /** Asks the server again, without losing the place. */
  refresh: 'mesh:refresh',
  /** Opens the page of a table or product: `{id, tab?}`. */
  openPage: 'mesh:open-page',
  /** Opens a file at a line: `{path, line?}`. */
  openFile: 'mesh:open-file',
  /** Opens an executed notebook to be read: `{release}` or `{promotion}`. */
  openExecuted: 'mesh:open-executed',
  /** Opens the first rows of a table: `{table}`. */
  preview: 'mesh:preview',
  /** Puts a `%%mesh` cell below the active one: `{table}` or `{sql}`. */
  insertCell: 'mesh:insert-cell',
  /** Lays out the statement of the active `%%mesh` cell. */
  formatCell: 'mesh:format-cell',
  /** Copies a name to the clipboard: `{name}`. */
  copyName: 'mesh:copy-name',
  /** Plans the promotion of a notebook, and promotes it: `{notebook?, product?, id?}`. */
  promote: 'mesh:promote',
  /** Shows the promotions of this server. */
  showJobs: 'mesh:show-promotions'
} as const;
