// A plan as the server makes it, for tests.
import type { Plan } from '../../src/api';

export const plan = (more: Partial<Plan> = {}): Plan => ({
  product: 'shop/orders',
  version: '1.0.0',
  change: 'none',
  reasons: ['first release'],
  inputs: [{ table: 'lake.raw.orders', snapshot_id: '7' }],
  ports: [{ name: 'orders', table: 'lake.shop_orders.orders' }],
  obstacles: [],
  checks: 3,
  gates: ['checks'],
  clear: true,
  schema: {
    type: 'object',
    properties: {
      spoil: { type: 'integer', title: 'spoil', default: 0 },
      month: { type: 'string', title: 'month', default: 'May' }
    }
  },
  parameters: { month: 'June' },
  notebook: 'orders.ipynb',
  ...more
});
