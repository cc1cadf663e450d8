from pipeline.analyse.terms import heaviest as heaviest
