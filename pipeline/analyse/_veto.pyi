from pipeline.analyse.veto import contradict as contradict  # the same, in C
