// What JupyterLab expects of a browser and the pretended one does not have.
class Silent {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

Object.assign(globalThis, {
  DragEvent: globalThis.DragEvent ?? class extends MouseEvent {},
  ResizeObserver: globalThis.ResizeObserver ?? Silent,
  IntersectionObserver: globalThis.IntersectionObserver ?? Silent,
  IS_REACT_ACT_ENVIRONMENT: true,
  matchMedia:
    globalThis.matchMedia ??
    ((media: string) => ({
      matches: false,
      media,
      addEventListener: () => undefined,
      removeEventListener: () => undefined
    }))
});
Element.prototype.scrollIntoView ??= () => undefined;
