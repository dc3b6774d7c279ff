// The pictures of the extension's own things, in the colours of the theme.
import { LabIcon } from '@jupyterlab/ui-components';

// The theme fills whatever has a fill of its own, so "none" stands on a group around.
const drawn = (name: string, paths: string): LabIcon =>
  new LabIcon({
    name: `jupyter-mesh:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><g fill="none"><g class="jp-icon3" stroke="#616161" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round">${paths}</g></g></svg>`
  });

/** A cube of nodes: the mesh. */
export const meshIcon = new LabIcon({
  name: 'jupyter-mesh:mesh',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">' +
    '<g fill="none"><path class="jp-icon3" stroke="#616161" stroke-width="1.6" d="M12 4.5 5 8.500v7l7 4 7-4v-7zM5 8.500l7 4 7-4M12 12.500v7"/></g>' +
    '<g class="jp-icon3" fill="#616161"><circle cx="12" cy="4.500" r="2.200"/><circle cx="5" cy="8.500" r="2.200"/><circle cx="19" cy="8.500" r="2.200"/><circle cx="12" cy="12.500" r="2.200"/><circle cx="5" cy="15.500" r="2.200"/><circle cx="19" cy="15.500" r="2.200"/><circle cx="12" cy="19.500" r="2.200"/></g></svg>'
});

export const productIcon = drawn(
  'product',
  '<path d="M8 1.800 13.500 4.800v6.400L8 14.200 2.500 11.200V4.800zM2.500 4.800 8 8l5.500-3.200M8 8v6.200"/>'
);
export const portIcon = drawn(
  'port',
  '<path d="M2 3.500h7v9H2zM2 6.500h7M5.500 6.500v6M10.500 8h4M12.500 6l2 2-2 2"/>'
);
export const catalogIcon = drawn(
  'catalog',
  '<ellipse cx="8" cy="3.800" rx="5" ry="2"/><path d="M3 3.800v8.400c0 1.100 2.200 2 5 2s5-.9 5-2V3.800M3 8c0 1.100 2.200 2 5 2s5-.9 5-2"/>'
);
export const schemaIcon = drawn(
  'schema',
  '<path d="M2 4V3h4.500l1.500 1.800h6V13H2z"/>'
);
export const tableIcon = drawn(
  'table',
  '<path d="M2 3h12v10H2zM2 6.300h12M2 9.600h12M6 6.300V13"/>'
);
export const columnIcon = drawn('column', '<path d="M5.500 2.500h5v11h-5z"/>');
export const groupIcon = drawn(
  'group',
  '<path d="M2.500 2.500h4.500v4.500h-4.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500h-4.500zM9 9h4.500v4.500H9z"/>'
);
export const lineageIcon = drawn(
  'lineage',
  '<circle cx="3.500" cy="8" r="1.800"/><circle cx="12.500" cy="3.800" r="1.800"/><circle cx="12.500" cy="12.200" r="1.800"/><path d="M5.300 7.300 10.800 4.500M5.300 8.700l5.500 2.800"/>'
);
export const insertIcon = drawn(
  'insert',
  '<path d="M2 3.500h12v5H2zM8 10.500v4M6 12.500h4"/>'
);
export const promoteIcon = drawn(
  'promote',
  '<path d="M8 1.800 13 4.600v5.200L8 12.600 3 9.800V4.600zM8 9.800V5.200M6 7l2-2 2 2M4.500 14.400h7"/>'
);
