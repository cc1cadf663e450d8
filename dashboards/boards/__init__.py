"""The boards of Kibana, OpenSearch Dashboards and Grafana, built from one spec, and the documents that they show.

``documents`` names every field. ``mirror`` keeps alerts, cases, sources and the leaders' aggregates in the search
server; it may lag, may be rebuilt, and no alert waits for it. ``spec.yaml`` says what stands on each board; the
saved objects, the preview and the checks are made from it: ``python -m dashboards.boards`` (``make dashboards``).
"""
