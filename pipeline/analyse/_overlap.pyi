from pipeline.analyse.overlap import begin as begin
from pipeline.analyse.overlap import join as join
from pipeline.analyse.overlap import shared as shared
