from pipeline.text.beside import Beside as Beside  # the same, in C
