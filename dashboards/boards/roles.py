"""Who may read which index: roles for Elasticsearch with Kibana, and for OpenSearch.

Leaders may read the aggregates' index and no other, so that no query of theirs can reach an item (DOMAIN P-29). Staff
may read items, but neither sealed texts nor what an index keeps for itself; both are left out by document and field
rules, which OpenSearch has and Elasticsearch has from its Platinum licence on. Without that, use ``staff-basic``:
it reads no posts, which the desk's own page shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboards.boards.documents import VIEWS
from dashboards.boards.objects import PREFIX, dumped

_ITEMS: Final = ("alerts", "cases", "sources", "board")
_SEALED: Final = ("privacy.sealed", "privacy.minor", "matter.accusation")
_READ: Final = ["read", "view_index_metadata"]
_KIBANA: Final = ["feature_dashboard.read", "feature_discover.read"]


def shown_posts() -> dict[str, Any]:
    """Return the query for posts whose words staff may see."""
    return {"bool": {"must_not": [{"term": {field: True}} for field in _SEALED]}}


def elasticsearch(prefix: str = PREFIX) -> dict[str, dict[str, Any]]:
    """Return the roles by name, as ``PUT /_security/role/NAME`` on Elasticsearch takes them.

    Leaders and staff have a space each in Kibana (*prefix*-leaders, *prefix*-staff).
    """
    items: dict[str, Any] = {"names": _indices(_ITEMS, prefix), "privileges": _READ}
    posts = {
        "names": _indices(["posts"], prefix),
        "privileges": _READ,
        "query": dumped(shown_posts()),
        "field_security": {"grant": list(VIEWS["posts"].columns)},
    }
    board = {"names": _indices(["board"], prefix), "privileges": _READ}
    return {
        f"{prefix}-leader": _role([board], _KIBANA[:1], f"{prefix}-leaders"),
        f"{prefix}-staff": _role([items, posts], _KIBANA, f"{prefix}-staff"),
        f"{prefix}-staff-basic": _role([items], _KIBANA, f"{prefix}-staff"),
    }


def opensearch(prefix: str = PREFIX) -> dict[str, dict[str, Any]]:
    """Return the roles by name, as ``PUT /_plugins/_security/api/roles/NAME`` on OpenSearch takes them."""
    reads = ["read", "indices:admin/mappings/get", "indices:admin/get"]
    items = {"index_patterns": _indices(_ITEMS, prefix), "allowed_actions": reads}
    posts = {
        "index_patterns": [*_indices(["posts"], prefix), f"{prefix}-posts-v*"],
        "allowed_actions": reads,
        "dls": dumped(shown_posts()),
        "fls": list(VIEWS["posts"].columns),
    }
    board = {"index_patterns": _indices(["board"], prefix), "allowed_actions": reads}
    return {
        f"{prefix}-leader": _tenant([board], f"{prefix}-leaders"),
        f"{prefix}-staff": _tenant([items, posts], f"{prefix}-staff"),
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
