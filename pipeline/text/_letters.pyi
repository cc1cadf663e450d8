from pipeline.text.letters import Letters as Letters  # the same, in C
