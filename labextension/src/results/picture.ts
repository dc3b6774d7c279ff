// Lets a picture that asks for nothing stand among widgets.
import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

export class Picture extends ReactWidget {
  constructor(private readonly drawn: () => JSX.Element) {
    super();
  }

  protected render(): JSX.Element {
    return this.drawn();
  }
}
