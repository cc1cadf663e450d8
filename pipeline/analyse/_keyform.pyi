from pipeline.analyse.keyform import Former as Former  # the same, in C
