from pipeline.match.filed import Filed as Filed  # the same, in C
