from pipeline.analyse.mentions import Mentions as Mentions  # the same, in C
