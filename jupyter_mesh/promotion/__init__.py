"""The road from a notebook to a release; knows only shapes."""
