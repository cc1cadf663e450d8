from pipeline.analyse.finder import Finder as Finder  # the same, in C
