"""One file per format of memory stores: how it is recognised and what its entries are."""
