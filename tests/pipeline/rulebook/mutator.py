"""Breaks sound rule files, one slip each, as people do; the same for the same seed."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Tree = dict[str, Any]


class Broken(NamedTuple):
    """A rule file with one slip in it, and the word that a message about it should name."""

    slip: str
    names: str
    tree: Tree


def _typo(rng: random.Random, word: str) -> str:
    place = rng.randrange(len(word) - 1)
    return rng.choice(
        [word[:place] + word[place + 1 :], word[: place + 1] + word[place:], word[:place] + "q" + word[place:]]
    )


def _rename(rng: random.Random, holder: Tree, key: str) -> str:
    wrong = _typo(rng, key)
    holder[wrong] = holder.pop(key)
    return wrong


def _misspelt_key(rng: random.Random, rule: Tree) -> str | None:
    return _rename(rng, rule, rng.choice(list(rule)))


def _misspelt_inner_key(rng: random.Random, rule: Tree) -> str | None:
    holders = [
        rule[key]
        for key in ("notify", "case", "expect", "reference", "source_guard")
        if isinstance(rule.get(key), dict)
    ]
    if not holders:
        return None
    holder = rng.choice(holders)
    return _rename(rng, holder, rng.choice(list(holder)))


def _misspelt_text_key(rng: random.Random, rule: Tree) -> str | None:
    text = rule.get("match", {}).get("text")
    return _rename(rng, text, rng.choice(list(text))) if text else None


def _misspelt_field(rng: random.Random, rule: Tree) -> str | None:
    where = rule.get("match", {}).get("where")
    if not isinstance(where, dict) or not where:
        return None
    key = rng.choice(list(where))
    name, *rest = key.split("|")
    wrong = _typo(rng, name)
    where["|".join([wrong, *rest])] = where.pop(key)
    return wrong


def _unknown_modifier(rng: random.Random, rule: Tree) -> str | None:
    where = rule.get("match", {}).get("where")
    if not isinstance(where, dict) or not where:
        return None
    key = rng.choice(list(where))
    where[key.split("|")[0] + "|almost"] = where.pop(key)
    return "almost"


def _misspelt_group(rng: random.Random, rule: Tree) -> str | None:
    if not rule.get("group_by"):
        return None
    rule["group_by"] = [_typo(rng, rule["group_by"][0])]
    return str(rule["group_by"][0])


def _setting(key: str, *values: object) -> Callable[[random.Random, Tree], str | None]:
    def slip(rng: random.Random, rule: Tree) -> str | None:
        if key not in rule:
            return None
        rule[key] = rng.choice(values)
        return key

    slip.__name__ = f"set {key}"
    return slip


def _without(*keys: str) -> Callable[[random.Random, Tree], str | None]:
    def slip(rng: random.Random, rule: Tree) -> str | None:
        there = [key for key in keys if key in rule]
        if not there:
            return None
        key = rng.choice(there)
        del rule[key]
        return key

    return slip


def _key_of_another_type(rng: random.Random, rule: Tree) -> str | None:
    strange = {"spike_height": 3, "within": "5wd", "steps": ["甲", "乙"], "lookback": "3d", "metric": "engagement.view"}
    key = rng.choice([key for key in strange if key not in rule and not _fits(key, rule)])
    rule[key] = strange[key]
    return key


def _fits(key: str, rule: Tree) -> bool:
    owners = {
        "spike_height": "spike",
        "within": "deadline",
        "steps": "sequence",
        "lookback": "new_term",
        "metric": "growth",
    }
    return bool(rule.get("type") == owners[key])


def _bad_expression(rng: random.Random, rule: Tree) -> str | None:
    bad = rng.choice(["count >", "cuont >= 3", "len(group) > 2", "count >= 3 and", "doc.author.name == 'x'", "1 == 1",
                      "signal['没有'] and count > 3", "__import__('os')", "group['place.strete'] == 'x'"])  # fmt: skip
    rule["level_if"] = [{"when": bad, "level": "red"}]
    return {"1 == 1": "1 == 1", "cuont >= 3": "cuont"}.get(bad, "")


def _bad_template(rng: random.Random, rule: Tree) -> str | None:
    bad = rng.choice(["{{ cuont }}", "{{ count", "{% for x in group %}x{% endfor %}", "{{ doc.place.stret }}",
                      "{{ group['place.nowhere'] }}", "{{ count | frobnicate }}", "{{ ''.__class__ }}"])  # fmt: skip
    rule.setdefault("annotations", {})["summary"] = bad
    return ""


def _bad_regex(rng: random.Random, rule: Tree) -> str | None:
    rule.setdefault("match", {}).setdefault("where", {})
    if not isinstance(rule["match"]["where"], dict):
        return None
    rule["match"]["where"]["text|re"] = rng.choice(["(停水", "(a+)+", "[", ".*", "停{9999}水"])
    return ""


def _wrong_word(rng: random.Random, rule: Tree) -> str | None:
    text = rule.get("match", {}).get("text")
    if not text:
        return None
    wrong = rng.choice(["", "！！", "@没有的表", True, None, 3.5, {"a": 1}])
    text["any"] = [wrong]
    return "没有的表" if wrong == "@没有的表" else ""


def _near_out_of_bounds(rng: random.Random, rule: Tree) -> str | None:
    near = rule.get("match", {}).get("text", {}).get("near")
    if not near:
        return None
    near[0]["within"] = rng.choice([0, -3, 900, "20", None])
    return "within"


def _excluded_as_well(rng: random.Random, rule: Tree) -> str | None:
    text = rule.get("match", {}).get("text", {})
    words = [word for word in text.get("any", []) if isinstance(word, str) and not word.startswith("@")]
    if not words:
        return None
    text["none"] = [*text.get("none", []), words[0]]
    return str(words[0])


def _useless_except(rng: random.Random, rule: Tree) -> str | None:
    text = rule.get("match", {}).get("text")
    if not text:
        return None
    text["except"] = ["毫不相干的话"]
    return "毫不相干的话"


def _wrong_example(rng: random.Random, rule: Tree) -> str | None:
    examples = rule.get("examples")
    if not examples:
        return None
    examples[rng.choice(["match", "no_match"])] = (
        ["这里什么事也没有"] if rng.random() < 0.5 else list(examples["match"])
    )
    if examples["no_match"] != examples["match"]:
        examples["match"] = ["这里什么事也没有"]
    return ""


def _muted_red(rng: random.Random, rule: Tree) -> str | None:
    rule["level"] = "red"
    rule.pop("level_if", None)
    rule["notify"] = {**rule.get("notify", {}), rng.choice(["only", "mute"]): "夜间", "group_wait": "0s"}
    return ""


def _never_raises(rng: random.Random, rule: Tree) -> str | None:
    rule["level_if"] = [{"when": "count >= 99", "level": "blue"}]
    return "level_if"


def _person(rng: random.Random, rule: Tree) -> str | None:
    rule["group_by"] = ["author.key"]
    return None if rule["type"] == "flatline" else "author.key"


def _creed(rng: random.Random, rule: Tree) -> str | None:
    text = rule.get("match", {}).get("text")
    if not text:
        return None
    text["any"] = [*text.get("any", []), rng.choice(["清真寺", "回族", "藏语", "领导无能"])]
    return ""


def _secret(rng: random.Random, rule: Tree) -> str | None:
    rule["description"] = f"password: hunter{rng.randrange(10**6):06}"
    return ""


def _own_inhibitor(rng: random.Random, rule: Tree) -> str | None:
    rule["suppress"] = [{"inhibited_by": rule["id"], "action": "merge"}]
    return "inhibited_by"


def _bad_suppression(rng: random.Random, rule: Tree) -> str | None:
    rule["suppress"] = [rng.choice([{"notice": "甲", "action": "hold"}, {"notice": "甲", "action": "drop"},
                                    {"action": "merge"}, {"notice": "甲", "action": "downgrade"},
                                    {"notice": "甲", "action": "hold", "max": "3d"}])]  # fmt: skip
    return ""


SLIPS: tuple[Callable[[random.Random, Tree], str | None], ...] = (
    _misspelt_key, _misspelt_inner_key, _misspelt_text_key, _misspelt_field, _unknown_modifier, _misspelt_group,
    _setting("level", "purple", "紫", 3, None), _setting("status", "stabel", "on", ["stable"]),
    _setting("type", "frequnecy", "count", "", 7), _setting("timeframe", "1x", "0s", "-1h", "一小时", 60, ["1h"]),
    _setting("num_events", 0, -2, "5", 2.5, True), _setting("id", "水", "a", "A B", None, "x" * 99),
    _setting("threshold_cur", 0, "20", -1), _setting("spike_height", 1, 0.5, "3", None),
    _setting("within", "5dw", "", "0wd", None), _setting("expect", None, {}, {"from": "nowhere"}, ["directory.accounts"]),
    _setting("steps", [], ["诉求"], ["诉求", "诉求"], ["诉求", "没有这步"]), _setting("delta", -5, "500", 0),
    _setting("stages", [{"at": "80%", "level": "blue"}], [{"after": "3d"}], "soon"),
    _setting("notify", "教育", {"group_wait": "soon"}, {"route": ["a"]}), _setting("case", True, {"key": ["place.nowhere"]}),
    _setting("group_by", 5, {"a": 1}, ["place.nowhere"]), _setting("examples", "停水", {"match": "x", "maybe": []}),
    _without("id", "name", "level", "type"), _without("timeframe", "num_events", "key", "until", "expect", "steps", "metric"),
    _key_of_another_type, _bad_expression, _bad_template, _bad_regex, _wrong_word, _near_out_of_bounds,
    _excluded_as_well, _useless_except, _wrong_example, _muted_red, _never_raises, _person, _creed, _secret,
    _own_inhibitor, _bad_suppression,
)  # fmt: skip


def broken(sound: list[Tree], count: int, seed: int = 1) -> Iterator[Broken]:
    """Yield *count* files, each one of *sound* with one of its rules spoilt; every slip comes about as often."""
    rng = random.Random(seed)
    made = 0
    while made < count:
        slip = SLIPS[made % len(SLIPS)]
        for _ in range(60):
            tree = copy.deepcopy(rng.choice(sound))
            rule = rng.choice(tree["rules"])
            names = slip(rng, rule)
            if names is not None:
                yield Broken(getattr(slip, "__name__", "slip"), names, tree)
                break
        made += 1
