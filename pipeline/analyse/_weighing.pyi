from pipeline.analyse.weighing import likeliest as likeliest
from pipeline.analyse.weighing import of_others as of_others
from pipeline.analyse.weighing import ranked as ranked
from pipeline.analyse.weighing import reasons as reasons
from pipeline.analyse.weighing import together as together
