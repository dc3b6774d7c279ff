"""What people touch where JupyterLab's extension is not: a catalog, a promotion, a result."""

from __future__ import annotations

from jupyter_mesh.widgets.catalog import CatalogBrowser
from jupyter_mesh.widgets.promotion import PromotionPanel
from jupyter_mesh.widgets.result import ResultView

__all__ = ["CatalogBrowser", "PromotionPanel", "ResultView"]
