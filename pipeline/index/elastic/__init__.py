"""The index on Elasticsearch 9 or OpenSearch 3: monthly indices behind one alias, and a register that decides.

Only this package speaks to those servers. ``gateway.py`` is what others may use: documents in, templates, searches.
"""
