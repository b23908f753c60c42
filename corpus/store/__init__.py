"""Where documents and passages are kept: the protocol of a store, and the SQLite file that fulfils it."""
