from pipeline.privacy.glance import Bits
from pipeline.privacy.glance import Glance as _Glance
from pipeline.text.automaton import Automaton

class Glance(_Glance):  # the same, in C, and more narrowly
    def __init__(self, automaton: Automaton, letters: Bits, words: Bits) -> None: ...
