// A list of any length of which only the lines in sight are in the page.
import { el } from './dom.js';

/** Lines beyond the edges, so that a quick scroll meets no gap. */
const BEYOND = 6;

/**
 * A scrolling element over `count` lines of one height.
 *
 * `draw(line)` makes the element of a line; `shown(first, last)` hears what is in sight.
 */
export function listOf({ height, head = 0, draw, shown, ...attributes }) {
  const ground = el('div', { class: 'mesh-ground', role: 'presentation' });
  const node = el('div', { tabindex: 0, ...attributes }, ground);
  let count = 0;
  let frame = 0;
  let left = 0;
  /** The lines in the page; a scroll leaves those alone that stay in sight. */
  let rows = new Map();
  let isStale = true;

  const redraw = () => {
    frame = 0;
    const first = Math.max(0, Math.floor(node.scrollTop / height) - BEYOND);
    const lines = Math.ceil((node.clientHeight || 300) / height) + 2 * BEYOND;
    const last = Math.min(count, first + lines) - 1;
    const before = isStale ? new Map() : rows;
    rows = new Map();
    const fresh = [];
    for (let line = first; line <= last; line++) {
      const row = before.get(line) ?? draw(line);
      if (!before.delete(line)) {
        row.style.top = `${line * height}px`;
        fresh.push(row);
      }
      rows.set(line, row);
    }
    if (isStale) {
      ground.style.height = `${count * height}px`;
      ground.replaceChildren(...fresh);
    } else {
      before.forEach(row => row.remove());
      ground.append(...fresh);
    }
    isStale = false;
    shown(first, last);
  };
  const schedule = () => {
    frame ||= requestAnimationFrame(redraw);
  };
  const later = () => {
    isStale = true;
    schedule();
  };
  const scrolled = () => {
    // Other columns come into sight sideways.
    isStale ||= node.scrollLeft !== left;
    left = node.scrollLeft;
    schedule();
  };
  node.addEventListener('scroll', scrolled, { passive: true });
  const resized = new ResizeObserver(later);
  resized.observe(node);

  return {
    node,
    ground,
    later,
    set(lines) {
      count = lines;
      later();
    },
    /** The line under a pointer; the page may be drawn anew between press and release. */
    at(event) {
      const top = ground.getBoundingClientRect().top;
      const line = Math.floor((event.clientY - top) / height);
      return line >= 0 && line < count ? line : -1;
    },
    /** Scroll just so far that a line can be seen. */
    reveal(line) {
      const top = line * height;
      const room = (node.clientHeight || 300) - head;
      if (top < node.scrollTop) {
        node.scrollTop = top;
      } else if (top + height > node.scrollTop + room) {
        node.scrollTop = top + height - room;
      }
      later();
    },
    close() {
      resized.disconnect();
      cancelAnimationFrame(frame);
    }
  };
}
