from pipeline.privacy.bare import Bare as Bare  # the same, in C
