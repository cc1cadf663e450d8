from pipeline.analyse.remembered import Remembered as Remembered  # the same, in C
from pipeline.analyse.remembered import hash_all as hash_all
