"""What the page shows, as HTML: pure functions of data, and the component that holds what they return.

Every string from a document or a visitor is escaped by :mod:`qa.markup` before it is put into HTML."""
