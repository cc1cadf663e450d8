from pipeline.text.pairs import line as line  # the same, in C
