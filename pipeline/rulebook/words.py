"""The words of a rule file: lists and variants unfolded, every word folded as texts are."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pipeline.rulebook.report import Report
from pipeline.rulebook.source import FILE_TAG, MAX_BYTES, Node
from pipeline.rulebook.values import items, text, wrong
from pipeline.text.normal import SENTENCE_ENDS, folded

Words = tuple[str, ...]


class Vocabulary:
    """The word lists and variants of one file."""

    def __init__(self, root: Node, folder: Path, report: Report) -> None:
        self._folder = folder
        self._report = report
        self._lists = self._section(root.get("lists"))
        self._variants = self._section(root.get("variants"))
        self._forms: Callable[[str], Words] = lambda word: (word,)
        self.originals: dict[str, dict[str, None]] = {}
        self._known_variants = {folded(key): self._variants_of(key, node) for key, node in self._variants.items()}
        self._variant_originals = self.originals

    def spelled(self, forms: Callable[[str], Words]) -> Vocabulary:
        """Return the same words for one condition, in which a word also stands for its other *forms*.

        Its *originals* hold how each folded word that was asked for is written in the file.
        """
        own = copy.copy(self)
        own._forms = forms
        own.originals = {}
        return own

    def groups(self, node: Node | None) -> tuple[Words, ...]:
        """Return one group per entry: a word with its variants, or a list of alternatives with theirs."""
        return tuple(group for entry in items(node, self._report) if (group := self._alternatives(entry)))

    def entries(self, node: Node | None) -> tuple[Words, ...]:
        """Return one group per word, so that each can be counted; ``@list`` gives as many as it holds."""
        words = [word for entry in items(node, self._report) for word in self._unfold(entry)]
        return tuple(dict.fromkeys(self._with_variants(word) for word in words))

    def flat(self, node: Node | None) -> Words:
        """Return all words in one."""
        return _merged(self.entries(node))

    def plain(self, node: Node | None) -> Words:
        """Return all words, without variants or other forms."""
        return _merged(self._unfold(entry) for entry in items(node, self._report))

    def _alternatives(self, entry: Node) -> Words:
        parts = entry.items if entry.tag == "list" else (entry,)
        return _merged(self._with_variants(word) for part in parts for word in self._unfold(part))

    def _with_variants(self, word: str) -> Words:
        variants = self._known_variants.get(word, ())
        for variant in variants:
            self.originals.setdefault(variant, {}).update(self._variant_originals.get(variant, {}))
        forms = _merged(self._forms(one) for one in (word, *variants))
        for form in forms:
            self.originals.setdefault(form, {form: None})
        return forms

    def _unfold(self, node: Node, above: Words = ()) -> Words:
        """Return the folded words that *node* stands for: itself, or those of its ``@list``."""
        word = text(node, self._report)
        if word is None:
            return ()
        if word.startswith("@"):
            return self._listed(word[1:], node, above)
        plain = folded(word)
        if not plain.strip(SENTENCE_ENDS):
            self._report.error(
                node.place, "E11", f"词“{word}”为空，或只有符号", f"word {word!r} is empty after folding"
            )
            return ()
        if "\n" in plain:
            self._report.error(node.place, "E11", "词里不能换行", "a word cannot hold a line break")
            return ()
        self.originals.setdefault(plain, {})[word] = None
        return (plain,)

    def _listed(self, name: str, node: Node, above: Words) -> Words:
        if name in above:
            chain = " → ".join((*above, name))
            self._report.error(node.place, "E16", f"词表循环引用：{chain}", f"lists in a circle: {chain}")
            return ()
        found = self._lists.get(name)
        if found is None:
            self._report.unknown(node.place, "E16", ("词表", "list"), f"@{name}", [f"@{key}" for key in self._lists])
            return ()
        if found.tag == FILE_TAG or found.raw.startswith(FILE_TAG + " "):
            return self._from_file(found)
        words = _merged(self._unfold(item, (*above, name)) for item in items(found, self._report))
        if not words:
            self._report.error(found.place, "E16", f"词表“{name}”是空的", f"list {name!r} is empty")
        return words

    def _from_file(self, node: Node) -> Words:
        """Return the words of a text file beside the rule file: one a line, # starts a comment."""
        name = node.raw.removeprefix(FILE_TAG).strip()
        file = (self._folder / name).resolve()
        if not file.is_relative_to(self._folder.resolve()) or not file.is_file() or file.stat().st_size > MAX_BYTES:
            self._report.error(node.place, "E16", f"没有词表文件 {name}，或超过 1 MB", f"no list file {name}")
            return ()
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()  # Windows editors begin it with a mark
        except UnicodeDecodeError:
            zh, en = f"词表文件 {name} 不是 UTF-8 编码，请另存为 UTF-8", f"list file {name} is not UTF-8"
            self._report.error(node.place, "E16", zh, en)
            return ()
        written = [(folded(word), word) for line in lines if (word := line.partition("#")[0].strip())]
        words = [plain for plain, _ in written if plain.strip(SENTENCE_ENDS)]
        for plain, word in written:
            self.originals.setdefault(plain, {})[word] = None
        if not words:
            self._report.error(node.place, "E16", f"词表文件 {name} 是空的", f"list file {name} is empty")
        return tuple(dict.fromkeys(words))

    def _variants_of(self, key: str, node: Node) -> Words:
        for variant in items(node, self._report):
            if variant.raw in self._variants:
                zh, en = f"变体“{variant.raw}”自己又有变体", f"variant {variant.raw!r} has variants itself"
                self._report.error(variant.place, "E17", zh, en)
        if not folded(key):
            self._report.error(node.place, "E11", f"词“{key}”为空，或只有符号", f"word {key!r} is empty after folding")
        return _merged(self._unfold(variant) for variant in items(node, self._report))

    def _section(self, node: Node | None) -> Mapping[str, Node]:
        if node is None:
            return {}
        if node.tag != "map":
            wrong(node, "键值表", "a mapping", self._report)
        return node.entries


def _merged(groups: Iterable[Words]) -> Words:
    """Return the words of *groups* in order, each once."""
    return tuple(dict.fromkeys(word for group in groups for word in group))
