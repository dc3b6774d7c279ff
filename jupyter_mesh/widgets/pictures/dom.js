// Pieces of a page, made so that what strangers wrote is text and never anything else.

/** No name or comment needs more; a longer one would only slow the browser. */
const LONGEST = 2000;

/** An element: `on…` are listeners, all else attributes; children are elements or text. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  node.append(...children.flat().filter(isSomething).map(cut));
  return node;
}

const isSomething = child =>
  child !== null && child !== undefined && child !== false;

const cut = child =>
  typeof child === 'string' && child.length > LONGEST
    ? `${child.slice(0, LONGEST)}…`
    : child;

/** A button; a primary one is the one thing to do next. */
export function button(text, onclick, more = {}) {
  return el('button', { type: 'button', onclick, ...more }, text);
}

/** What went wrong and what to do about it. */
export function failure(error, retry) {
  return el(
    'div',
    { class: 'mesh-failure', role: 'alert' },
    el('p', {}, error?.message ?? String(error)),
    (error?.remedy ?? '')
      .split('\n')
      .filter(Boolean)
      .map(line => el('p', { class: 'mesh-quiet' }, line)),
    retry && button('Try again', retry)
  );
}

/** A wait that says so, and after a while whom it waits for. */
export function waiting(text, stop) {
  const said = el('span', {}, text);
  const node = el(
    'p',
    { class: 'mesh-waiting', role: 'status' },
    said,
    stop && button('Stop', stop)
  );
  setTimeout(() => {
    if (node.isConnected) {
      said.textContent = `${text} The kernel is busy, or gone: it answers when it is free.`;
    }
  }, 3000);
  return node;
}

/** Put a text where the user can paste it from; whether the browser allowed it. */
export async function copied(text, place) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Some hosts keep the clipboard from frames: the older way works in most of them.
    const area = el('textarea', { class: 'mesh-unseen', 'aria-hidden': true });
    area.value = text;
    place.append(area);
    area.select();
    const done = document.execCommand?.('copy') ?? false;
    area.remove();
    return done;
  }
}

/** A name for the one element that a list's keys are about, its own in every page. */
export const here = () => `mesh-${Math.random().toString(36).slice(2)}`;

/** `1,234 rows`. */
export function counted(number, noun) {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** A moment in the reader's own time zone. */
export function moment(text) {
  return new Date(text).toLocaleString('en', {
    dateStyle: 'medium',
    timeStyle: 'medium'
  });
}
