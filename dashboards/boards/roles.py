"""Who may read which index: roles for Elasticsearch with Kibana, and for OpenSearch.

Leaders may read the aggregates' index and no other, so that no query of theirs can reach an item (DOMAIN P-29). Staff
read items. What is withheld stands in none of these indices (``pipeline/index/elastic/documents.py``), so that plain
rules by index are enough, which every licence has. The register, the sealed months and the plan are nobody's to read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboards.boards.documents import VIEWS
from dashboards.boards.objects import PREFIX

_ITEMS: Final = ("posts", "alerts", "cases", "sources", "board")
_READ: Final = ["read", "view_index_metadata"]
_KIBANA: Final = ["feature_dashboard.read", "feature_discover.read"]


def elasticsearch(prefix: str = PREFIX) -> dict[str, dict[str, Any]]:
    """Return the roles by name, as ``PUT /_security/role/NAME`` on Elasticsearch takes them.

    Leaders and staff have a space each in Kibana (*prefix*-leaders, *prefix*-staff).
    """
    items = {"names": _indices(_ITEMS, prefix), "privileges": _READ}
    board = {"names": _indices(["board"], prefix), "privileges": _READ}
    return {
        f"{prefix}-leader": _role([board], _KIBANA[:1], f"{prefix}-leaders"),
        f"{prefix}-staff": _role([items], _KIBANA, f"{prefix}-staff"),
    }


def opensearch(prefix: str = PREFIX) -> dict[str, dict[str, Any]]:
    """Return the roles by name, as ``PUT /_plugins/_security/api/roles/NAME`` on OpenSearch takes them."""
    reads = ["read", "indices:admin/mappings/get", "indices:admin/get"]
    # Behind the alias: OpenSearch asks for the indices themselves, too.
    items = {"index_patterns": [*_indices(_ITEMS, prefix), f"{prefix}-posts-v*"], "allowed_actions": reads}
    board = {"index_patterns": _indices(["board"], prefix), "allowed_actions": reads}
    return {
        f"{prefix}-leader": _tenant([board], f"{prefix}-leaders"),
        f"{prefix}-staff": _tenant([items], f"{prefix}-staff"),
    }


def _indices(views: Sequence[str], prefix: str) -> list[str]:
    return [VIEWS[name].pattern(prefix) for name in views]


def _role(indices: Sequence[Mapping[str, Any]], kibana: Sequence[str], space: str) -> dict[str, Any]:
    application = {"application": "kibana-.kibana", "privileges": list(kibana), "resources": [f"space:{space}"]}
    return {"cluster": [], "indices": list(indices), "applications": [application], "run_as": []}


def _tenant(indices: Sequence[Mapping[str, Any]], tenant: str) -> dict[str, Any]:
    tenants = [{"tenant_patterns": [tenant], "allowed_actions": ["kibana_all_read"]}]
    return {"cluster_permissions": ["cluster_composite_ops_ro"], "index_permissions": list(indices),
            "tenant_permissions": tenants}  # fmt: skip
