"""Rows and people for tests. Import from the module that names them."""
