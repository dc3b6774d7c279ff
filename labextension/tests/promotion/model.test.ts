// What a promotion panel knows, from the plan to the end.
import { beforeEach, describe, expect, it, vi } from 'vitest';

import * as api from '../../src/api';
import { MeshError } from '../../src/errors';
import { Jobs } from '../../src/jobs/model';
import { PromotionModel, type Save } from '../../src/promotion/model';
import { job } from '../jobs/job';
import { plan } from './plan';

vi.mock('../../src/api');

describe('PromotionModel', () => {
  let save: ReturnType<typeof vi.fn<Save>>;
  let model: PromotionModel;
  beforeEach(() => {
    vi.resetAllMocks();
    vi.mocked(api.plan).mockResolvedValue(plan());
    vi.mocked(api.promotions).mockResolvedValue({ items: [] });
    vi.mocked(api.promotion).mockResolvedValue(job());
    vi.mocked(api.promote).mockResolvedValue({ id: 'one' });
    save = vi.fn<Save>().mockResolvedValue(false);
    model = new PromotionModel({ notebook: 'orders.ipynb' }, new Jobs(), save);
  });

  it('saves the notebook before it plans', async () => {
    await model.open();
    expect(save).toHaveBeenCalledBefore(vi.mocked(api.plan));
    expect(model.canPromote).toBe(true);
  });

  it('plans nothing when the notebook cannot be saved', async () => {
    save.mockRejectedValue(new MeshError('not saved', 'save it'));
    await model.open();
    expect(api.plan).not.toHaveBeenCalled();
    expect(model.fault?.remedy).toBe('save it');
  });

  it('does not promote what is not clear', async () => {
    vi.mocked(api.plan).mockResolvedValue(plan({ clear: false }));
    await model.open();
    await model.promote();
    expect(api.promote).not.toHaveBeenCalled();
  });

  it('follows the promotion that it has started', async () => {
    await model.open();
    await model.promote();
    expect(api.promote).toHaveBeenCalledWith('shop/orders', {});
    expect(model.job?.id).toBe('one');
    expect(model.subject.id).toBe('one');
  });

  it('shows the new plan first when the notebook was changed meanwhile', async () => {
    await model.open();
    save.mockResolvedValueOnce(true);
    vi.mocked(api.plan).mockResolvedValue(plan({ version: '2.0.0' }));
    await model.promote();
    expect(api.promote).not.toHaveBeenCalled();
    expect(model.hasMoved).toBe(true);
    await model.promote();
    expect(api.promote).toHaveBeenCalled();
  });

  it('attaches to a promotion that runs already', async () => {
    vi.mocked(api.promotions).mockResolvedValue({ items: [job()] });
    await model.open();
    expect(model.job?.state).toBe('running');
  });

  it('offers to follow whoever was faster', async () => {
    await model.open();
    vi.mocked(api.promote).mockRejectedValue(
      new MeshError('being promoted just now', 'Wait', 409)
    );
    vi.mocked(api.promotions).mockResolvedValue({ items: [job()] });
    await model.promote();
    expect(model.rival?.id).toBe('one');
    model.follow('one');
    expect(model.fault).toBeNull();
  });

  it('proposes a product for a notebook that has none, then plans it', async () => {
    const scaffold = {
      product: 'shop/loose',
      domains: ['shop'],
      ports: ['orders'],
      owner: 'ana'
    };
    vi.mocked(api.plan).mockRejectedValueOnce(
      new MeshError('no product', '', 404, 'NameNotFound', { scaffold })
    );
    await model.open();
    expect(model.proposal).toEqual(scaffold);
    expect(model.fault).toBeNull();
    vi.mocked(api.scaffold).mockResolvedValue({
      files: ['a.yaml'],
      notebook: 'new.ipynb'
    });
    await model.scaffold(scaffold);
    expect(model.proposal).toBeNull();
    expect(model.plan?.product).toBe('shop/orders');
    expect(vi.mocked(api.plan).mock.lastCall?.[0]).toEqual({
      product: 'shop/loose'
    });
  });

  it('offers to make a mesh where there is none', async () => {
    vi.mocked(api.plan).mockRejectedValueOnce(
      new MeshError('no mesh.yaml', 'make one', 400, 'ConfigError')
    );
    vi.mocked(api.status).mockResolvedValue({
      mesh: null,
      user: 'ana',
      version: '1'
    });
    await model.open();
    expect(model.isMeshless).toBe(true);
    await model.makeMesh();
    expect(model.plan).not.toBeNull();
  });

  it('asks for the release when the promotion has told its name', async () => {
    const release = { product: 'shop/orders', version: '1.0.0', tables: [] };
    vi.mocked(api.release).mockResolvedValue(release as unknown as api.Release);
    vi.mocked(api.promotion).mockResolvedValue(
      job({ state: 'published', release: 'shop/orders@1.0.0' })
    );
    await model.open();
    await model.promote();
    await vi.waitFor(() => expect(model.release).toBe(release));
    expect(api.release).toHaveBeenCalledTimes(1);
  });

  it('finds the notebook of a promotion that failed in a cell', async () => {
    vi.mocked(api.promotion).mockResolvedValue(
      job({
        state: 'failed',
        error: { type: 'NotebookError', message: 'm', remedy: 'r', cell: 3 }
      })
    );
    vi.mocked(api.product).mockResolvedValue({
      notebook: 'orders.ipynb'
    } as api.ProductDetails);
    model = new PromotionModel({ id: 'one' }, new Jobs(), save);
    await model.open();
    expect(model.source).toBe('orders.ipynb');
  });

  it('plans a promotion again with the parameters it had', async () => {
    vi.mocked(api.promotion).mockResolvedValue(
      job({ state: 'refused', parameters: { spoil: 2 } })
    );
    model = new PromotionModel({ id: 'one' }, new Jobs(), save);
    await model.open();
    await model.again();
    expect(vi.mocked(api.plan).mock.lastCall?.slice(0, 2)).toEqual([
      { product: 'shop/orders' },
      { spoil: 2 }
    ]);
    expect(model.isJob).toBe(false);
  });

  it('asks for nothing once it is gone', async () => {
    model.isSeen = true;
    model.dispose();
    await model.open().catch(() => undefined);
    expect(model.jobs.isWatched('one')).toBe(false);
  });
});
